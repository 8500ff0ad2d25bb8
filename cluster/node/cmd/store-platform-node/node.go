package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"store-platform.dev/node/internal/netpolicy"
	"store-platform.dev/node/internal/node"
	"store-platform.dev/node/internal/scratchimage"
	"store-platform.dev/node/internal/storage"
)

func init() {
	parts["up"] = part{"start the node and wait until it is ready", up}
	parts["init"] = part{"the node's first process; `up` starts it", initNode}
	parts["down"] = part{"end the node and remove all of it", down}
	parts["storage"] = part{"provision volumes as folders of the node", provision}
	parts["network-policy"] = part{"enforce network policies", enforce}
	parts["image"] = part{"write an image of static programs as an archive", image}
}

// The program answers wrong usage with 2, as shells and flag parsers do.
const exitUsage = 2

func up() {
	options := nodeOptions()
	status, err := node.Up(options, os.Stderr)
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(status))
}

func initNode() { check(node.Init(nodeOptions())) }

func down() {
	options := nodeOptions()
	check(node.Down(options.Node))
}

// nodeOptions are the flags that up, init and down share.
func nodeOptions() node.Options {
	var options node.Options
	self, err := os.Executable()
	check(err)
	options.Node.Program = self
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	flags.StringVar(&options.Node.Instance, "instance", "local", "name of the node's instance")
	flags.StringVar(&options.Node.Dir, "dir", "", "folder that holds all the node keeps")
	flags.StringVar(&options.Node.ContainerdDir, "containerd", "", "folder with containerd, containerd-shim-runc-v2 and ctr")
	flags.StringVar(&options.Node.PauseImage, "pause-image", "", "name of the pods' sandbox image")
	flags.StringVar(&options.PauseArchive, "pause-archive", "", "archive that holds the sandbox image")
	flags.StringVar(&options.Kubeconfig, "kubeconfig", "", "where to write the administrator's kubeconfig")
	parse(flags)
	if !filepath.IsAbs(options.Node.Dir) {
		fail(exitUsage, "--dir must be an absolute path")
	}
	options.Node.Dir = filepath.Clean(options.Node.Dir)
	return options
}

func provision() {
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig to reach the API server with")
	nodeName := flags.String("node", "", "name of the node that holds the volumes")
	dir := flags.String("dir", "", "folder that holds the volumes")
	parse(flags)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	check(storage.Run(ctx, *kubeconfig, *nodeName, *dir))
}

func enforce() {
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig to reach the API server with")
	parse(flags)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	check(netpolicy.Run(ctx, *kubeconfig))
}

func image() {
	flags := flag.NewFlagSet(os.Args[0], flag.ExitOnError)
	output := flags.String("output", "", "archive to write")
	reference := flags.String("reference", "", "name and tag of the image")
	entrypoint := flags.String("entrypoint", "", "path in the image of the program to start")
	var files []scratchimage.File
	flags.Func("file", "FROM:TO, a program and its path in the image; may be given again", func(value string) error {
		from, to, ok := strings.Cut(value, ":")
		if !ok {
			return fmt.Errorf("%q is not of the form FROM:TO", value)
		}
		files = append(files, scratchimage.File{From: from, To: to})
		return nil
	})
	parse(flags)
	check(scratchimage.Write(*output, *reference, files, []string{*entrypoint}))
}

func parse(flags *flag.FlagSet) {
	flags.Parse(os.Args[1:]) //nolint:errcheck // it exits by itself
	if flags.NArg() > 0 {
		fail(exitUsage, fmt.Sprintf("unexpected argument %q", flags.Arg(0)))
	}
}

func check(err error) {
	if err != nil {
		fail(1, err.Error())
	}
}

func fail(code int, message string) {
	fmt.Fprintln(os.Stderr, "error: "+message)
	os.Exit(code)
}
