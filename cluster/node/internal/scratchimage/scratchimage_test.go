package scratchimage

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

const reference = "localhost/store-platform/program:1"

func TestTheImageRunsItsProgramAsNobody(t *testing.T) {
	archive := write(t, "program")
	image, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Config.User != User || len(config.Config.Entrypoint) != 1 || config.Config.Entrypoint[0] != "/program" {
		t.Errorf("got %+v", config.Config)
	}
}

func TestEqualInputGivesAnEqualArchive(t *testing.T) {
	first, second := read(t, write(t, "program")), read(t, write(t, "program"))
	if !bytes.Equal(first, second) {
		t.Error("they differ")
	}
	if bytes.Equal(first, read(t, write(t, "another program"))) {
		t.Error("other input gives the same")
	}
}

func TestAReferenceWithoutATagIsRefused(t *testing.T) {
	if err := Write(filepath.Join(t.TempDir(), "image.tar"), "program", nil, nil); err == nil {
		t.Error("it is accepted")
	}
}

func write(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	from, archive := filepath.Join(dir, "program"), filepath.Join(dir, "image.tar")
	if err := os.WriteFile(from, []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Write(archive, reference, []File{{From: from, To: "/program"}}, []string{"/program"}); err != nil {
		t.Fatal(err)
	}
	return archive
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
