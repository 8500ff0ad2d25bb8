package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"store-platform.dev/node/internal/plan"
	"store-platform.dev/node/internal/sandbox"
)

const (
	// patience is how long a node may take to end by itself.
	patience = 10 * time.Second
	// killLimit is how long the kernel may take to end all of it.
	killLimit  = 30 * time.Second
	checkEvery = 20 * time.Millisecond
)

// Down ends the node, removes all it kept, and checks that nothing is left.
// A node that isn't there is not an error.
func Down(node plan.Node) error {
	if unix.Geteuid() != 0 {
		return errors.New("taking a node down needs root: run this with sudo")
	}
	alive, err := running(node)
	if err != nil {
		return err
	}
	var status Status
	if alive {
		if status, err = readStatus(node); err != nil {
			return fmt.Errorf("the node runs, but which process it is can't be told: %w", err)
		}
		// Nothing of it is kept, so nothing needs to be asked to end well.
		if err := end(status.PID, unix.SIGKILL); err != nil {
			return fmt.Errorf("%w; see %s", err, node.Path("log", "init.log"))
		}
	}
	if err := sandbox.RemoveCgroup(node.CgroupPath(), killLimit); err != nil {
		return err
	}
	if err := os.RemoveAll(node.Dir); err != nil {
		return fmt.Errorf("remove %s: %w", node.Dir, err)
	}
	// The kernel takes some moments to end them all.
	for deadline := time.Now().Add(killLimit); ; time.Sleep(checkEvery) {
		left, err := remains(node, status.Namespace)
		if err != nil {
			return fmt.Errorf("check that nothing is left: %w", err)
		}
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the node is down, but this is left of it:\n  %s", strings.Join(left, "\n  "))
		}
	}
}

// end sends a signal to a process, and SIGKILL if that one did not end it.
func end(pid int, first unix.Signal) error {
	for _, step := range []struct {
		signal unix.Signal
		limit  time.Duration
	}{{first, patience}, {unix.SIGKILL, killLimit}} {
		if err := unix.Kill(pid, step.signal); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("end process %d: %w", pid, err)
		}
		for deadline := time.Now().Add(step.limit); time.Now().Before(deadline); time.Sleep(checkEvery) {
			if hasEnded(pid) {
				return nil
			}
		}
	}
	return fmt.Errorf("process %d does not end", pid)
}

// hasEnded is true of a zombie too: nobody may be there to collect it.
func hasEnded(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return true
	}
	// The state follows the name, which is in parentheses and may hold anything.
	_, state, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
	return strings.HasPrefix(state, "Z") || strings.HasPrefix(state, "X")
}

// remains lists what a node could have left on this machine: processes in its
// network namespace (with them the namespace lives, and with it its rules),
// mounts below its folder, cgroups.
func remains(node plan.Node, namespace string) ([]string, error) {
	processes, err := processesIn(namespace)
	if err != nil {
		return nil, err
	}
	mounts, err := mountsBelow(node.Dir)
	if err != nil {
		return nil, err
	}
	cgroups, err := sandbox.CgroupsLeft(node.CgroupPath())
	if err != nil {
		return nil, err
	}
	return slices.Concat(processes, mounts, cgroups), nil
}

func networkNamespace(pid int) (string, error) {
	return os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "ns", "net"))
}

func processesIn(namespace string) ([]string, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		// A process that ended meanwhile has no namespace any more.
		if in, err := networkNamespace(pid); err == nil && in == namespace {
			found = append(found, fmt.Sprintf("process %d", pid))
		}
	}
	return found, nil
}

func mountsBelow(folder string) ([]string, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(string(table)) {
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4]+"/", folder+"/") {
			found = append(found, "mount "+fields[4])
		}
	}
	return found, nil
}
