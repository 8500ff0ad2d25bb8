// Package scratchimage makes container images that hold a few static programs
// and nothing else. It needs neither a builder nor a daemon.
package scratchimage

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// User is who the programs run as: `nobody`, by number.
const User = "65534:65534"

// A File of the image is a program, copied from this machine.
type File struct {
	From string
	To   string
}

// Write writes an archive at PATH, as `docker save` does, with an image
// REFERENCE of these files that starts ENTRYPOINT. Equal input gives an equal
// image: nothing in it depends on when it was made.
func Write(path, reference string, files []File, entrypoint []string) error {
	tag, err := name.NewTag(reference, name.StrictValidation)
	if err != nil {
		return err
	}
	content, err := layer(files)
	if err != nil {
		return err
	}
	programs, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	})
	if err != nil {
		return err
	}
	image, err := mutate.AppendLayers(empty.Image, programs)
	if err != nil {
		return err
	}
	image, err = mutate.ConfigFile(image, configuration(image, entrypoint))
	if err != nil {
		return err
	}
	return tarball.WriteToFile(path, tag, image)
}

func configuration(image v1.Image, entrypoint []string) *v1.ConfigFile {
	config, err := image.ConfigFile()
	if err != nil {
		// An image made in memory a moment ago has one.
		panic(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Config = v1.Config{User: User, WorkingDir: "/", Entrypoint: entrypoint}
	return config
}

func layer(files []File) ([]byte, error) {
	var content bytes.Buffer
	archive := tar.NewWriter(&content)
	for _, file := range files {
		program, err := os.ReadFile(file.From)
		if err != nil {
			return nil, err
		}
		header := &tar.Header{Name: file.To, Mode: 0o755, Size: int64(len(program)), ModTime: time.Unix(0, 0)}
		if err := archive.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("add %s: %w", file.To, err)
		}
		if _, err := archive.Write(program); err != nil {
			return nil, fmt.Errorf("add %s: %w", file.To, err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}
