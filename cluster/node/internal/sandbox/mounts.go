// Package sandbox makes what a node lives in: its mounts, its network and its
// cgroup.
package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// scratch is where the node's own mount namespace keeps what need not outlive
// it. The host's /run is not changed: this one is the node's.
const scratch = "/run/store-platform"

// kubeletSysctls are the kernel's settings that a kubelet insists on. They
// belong to the whole machine, and nothing here depends on them: the node sees
// them as the kubelet wants them, the machine keeps them as they are.
var kubeletSysctls = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// SetUpMounts arranges the node's mount namespace, in which this process is, so
// that what Kubernetes and containerd write to fixed places ends up in the
// node's folder DIR or disappears with the namespace.
func SetUpMounts(dir string) error {
	// Nothing mounted here reaches the host; volumes propagate among pods.
	for _, propagation := range []uintptr{unix.MS_PRIVATE, unix.MS_SHARED} {
		if err := unix.Mount("", "/", "", unix.MS_REC|propagation, ""); err != nil {
			return fmt.Errorf("separate the node's mounts from the host's: %w", err)
		}
	}
	// The process namespace is new, so is the view of it.
	if err := mount("proc", "/proc", "proc", 0, ""); err != nil {
		return err
	}
	if err := mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return err
	}
	if err := shieldVarLib(dir); err != nil {
		return err
	}
	if err := mount(filepath.Join(dir, "log"), "/var/log", "", unix.MS_BIND, ""); err != nil {
		return err
	}
	return shieldSysctls()
}

// shieldVarLib turns writes below /var/lib (CNI's cache, the kubelet's device
// plugins) aside into memory, while all that lies there stays readable.
func shieldVarLib(dir string) error {
	upper, work, real := scratch+"/var-lib/upper", scratch+"/var-lib/work", scratch+"/node-dir"
	for _, folder := range []string{upper, work, real} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	below := strings.HasPrefix(dir, "/var/lib/")
	if below {
		if err := mount(dir, real, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=/var/lib,upperdir=%s,workdir=%s", upper, work)
	if err := mount("overlay", "/var/lib", "overlay", 0, options); err != nil {
		return err
	}
	if below {
		return mount(real, dir, "", unix.MS_BIND, "")
	}
	return nil
}

func shieldSysctls() error {
	for name, value := range kubeletSysctls {
		path := filepath.Join("/proc/sys", name)
		current, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		if strings.TrimSpace(string(current)) == value {
			continue
		}
		copied := filepath.Join(scratch, "sysctl", name)
		if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(copied, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := mount(copied, path, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

func mount(source, target, kind string, flags uintptr, options string) error {
	if err := unix.Mount(source, target, kind, flags, options); err != nil {
		return fmt.Errorf("mount %s at %s: %w", source, target, err)
	}
	return nil
}
