// Package node brings a node up and takes it down.
//
// `up` runs on the host: it opens the listeners on 127.0.0.1 and starts `init`
// in new namespaces (network, mounts, processes, host name, IPC), handing the
// listeners in. `init` is process 1 in there and runs everything else. The
// node is alive exactly as long as that one process: when it ends, the kernel
// ends all processes of the namespace, and its mounts and its network go with
// them.
package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"store-platform.dev/node/internal/plan"
)

// Status is what is known of a running node: node.json in its folder.
type Status struct {
	// Programs says what runs: another version of it needs a restart.
	Programs   string `json:"programs"`
	PID        int    `json:"pid"`
	APIPort    int    `json:"apiPort"`
	HTTPPort   int    `json:"httpPort"`
	HTTPSPort  int    `json:"httpsPort"`
	Kubeconfig string `json:"kubeconfig"`
	// Namespace is the network namespace, by which its processes are known.
	Namespace string `json:"networkNamespace"`
}

func statusFile(node plan.Node) string { return node.Path("node.json") }

func writeStatus(node plan.Node, status Status) error {
	text, err := json.Marshal(status)
	if err != nil {
		return err
	}
	// Renamed into place, so that nobody reads half of it.
	next := statusFile(node) + ".next"
	if err := os.WriteFile(next, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(next, statusFile(node))
}

func readStatus(node plan.Node) (Status, error) {
	var status Status
	text, err := os.ReadFile(statusFile(node))
	if err != nil {
		return status, err
	}
	return status, json.Unmarshal(text, &status)
}

var errRunning = errors.New("the node is running")

// lock takes the node's lock, which `init` inherits and holds as long as it
// lives: a better witness than a process id, which can be given to another.
func lock(node plan.Node) (*os.File, error) {
	file, err := os.OpenFile(node.Path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		return file, nil
	}
	file.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, errRunning
	}
	return nil, fmt.Errorf("lock %s: %w", node.Path("lock"), err)
}

// lockWithin waits for the lock, so long.
func lockWithin(node plan.Node, limit time.Duration) (*os.File, error) {
	for deadline := time.Now().Add(limit); ; time.Sleep(checkEvery) {
		file, err := lock(node)
		if !errors.Is(err, errRunning) || time.Now().After(deadline) {
			return file, err
		}
	}
}

// running says whether the node's lock is held.
func running(node plan.Node) (bool, error) {
	file, err := lock(node)
	switch {
	case errors.Is(err, errRunning):
		return true, nil
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	return false, file.Close()
}
