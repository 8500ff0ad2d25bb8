package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const cgroupRoot = "/sys/fs/cgroup"

// EnsureCgroup makes the node's cgroup in every hierarchy of this machine.
func EnsureCgroup(path string) error {
	hierarchies, err := cgroupHierarchies()
	if err != nil {
		return err
	}
	for _, hierarchy := range hierarchies {
		if err := enableControllers(hierarchy); err != nil {
			return err
		}
		group := filepath.Join(hierarchy, path)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return fmt.Errorf("make the cgroup %s: %w", group, err)
		}
		if err := inheritCPUSet(hierarchy, group); err != nil {
			return err
		}
	}
	return nil
}

// RemoveCgroup removes the node's cgroups and all below them. It waits, so
// long, for the last process to leave them.
func RemoveCgroup(path string, limit time.Duration) error {
	hierarchies, err := cgroupHierarchies()
	if err != nil {
		return err
	}
	deadline := time.Now().Add(limit)
	for _, hierarchy := range hierarchies {
		group := filepath.Join(hierarchy, path)
		for {
			err := removeTree(group)
			if err == nil {
				break
			}
			if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
				return fmt.Errorf("remove the cgroup %s: %w", group, err)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

// CgroupsLeft lists the hierarchies in which the cgroup exists.
func CgroupsLeft(path string) ([]string, error) {
	hierarchies, err := cgroupHierarchies()
	if err != nil {
		return nil, err
	}
	var left []string
	for _, hierarchy := range hierarchies {
		group := filepath.Join(hierarchy, path)
		if _, err := os.Stat(group); err == nil {
			left = append(left, group)
		}
	}
	return left, nil
}

// cgroupHierarchies is one folder where cgroups are unified (version 2), and
// one per mounted hierarchy where they are not.
func cgroupHierarchies() ([]string, error) {
	if isCgroup(cgroupRoot) {
		return []string{cgroupRoot}, nil
	}
	entries, err := os.ReadDir(cgroupRoot)
	if err != nil {
		return nil, fmt.Errorf("this machine has no cgroups that can be used: %w", err)
	}
	var found []string
	for _, entry := range entries {
		// Links (cpu,cpuacct under two names) lead to a folder that is there too.
		if folder := filepath.Join(cgroupRoot, entry.Name()); entry.IsDir() && isCgroup(folder) {
			found = append(found, folder)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no cgroup hierarchy is mounted below %s", cgroupRoot)
	}
	return found, nil
}

func isCgroup(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, "cgroup.procs"))
	return err == nil
}

// enableControllers lets a unified hierarchy's root pass on what it can.
func enableControllers(hierarchy string) error {
	available, err := os.ReadFile(filepath.Join(hierarchy, "cgroup.controllers"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	control := filepath.Join(hierarchy, "cgroup.subtree_control")
	for _, controller := range strings.Fields(string(available)) {
		// Each by itself: one that can't be passed on must not stop the others.
		// The kubelet says which of those that it needs is missing.
		os.WriteFile(control, []byte("+"+controller), 0o644) //nolint:errcheck
	}
	return nil
}

// inheritCPUSet fills a new cgroup of the cpuset hierarchy, version 1, which
// accepts no process before its processors and memory are named.
func inheritCPUSet(hierarchy, group string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		target := filepath.Join(group, file)
		current, err := os.ReadFile(target)
		if errors.Is(err, fs.ErrNotExist) || strings.TrimSpace(string(current)) != "" {
			continue
		}
		parent, err := os.ReadFile(filepath.Join(hierarchy, file))
		if errors.Is(err, fs.ErrNotExist) {
			// Version 2's root has none, and needs none.
			continue
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(target, parent, 0o644); err != nil {
			return fmt.Errorf("fill %s: %w", target, err)
		}
	}
	return nil
}

func removeTree(group string) error {
	entries, err := os.ReadDir(group)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(group, entry.Name())); err != nil {
				return err
			}
		}
	}
	// The kernel removes a cgroup's files with its folder.
	if err := unix.Rmdir(group); err != nil && !errors.Is(err, unix.ENOENT) {
		return err
	}
	return nil
}
