// store-platform-node is a whole single-node Kubernetes in one program: the
// first argument says which part of it to be.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A part is one of the programs in this one. It gets the process's arguments
// as if it had been started by its own name.
type part struct {
	about string
	main  func()
}

func main() {
	// `kubectl` may be a link to this program: kubectl finds its plugins, and
	// people their habits, by that name.
	if name := filepath.Base(os.Args[0]); name == "kubectl" {
		kubectl()
		return
	}
	if len(os.Args) < 2 || slices.Contains([]string{"-h", "--help", "help"}, os.Args[1]) {
		fmt.Print(usage())
		return
	}
	name := os.Args[1]
	chosen, ok := parts[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "store-platform-node: there is no part %q\n\n%s", name, usage())
		os.Exit(2)
	}
	os.Args = append([]string{name}, os.Args[2:]...)
	chosen.main()
}

func usage() string {
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	var text strings.Builder
	text.WriteString("Usage: store-platform-node PART [FLAGS…]\n\nParts (each has its own --help):\n")
	for _, name := range names {
		fmt.Fprintf(&text, "  %-24s %s\n", name, parts[name].about)
	}
	return text.String()
}
