package node

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"store-platform.dev/node/internal/pki"
	"store-platform.dev/node/internal/plan"
	"store-platform.dev/node/internal/sandbox"
)

// Options is what `up` needs to know besides the node itself.
type Options struct {
	Node plan.Node
	// PauseArchive is the archive that holds the sandbox image.
	PauseArchive string
	// Kubeconfig is the path of the administrator's kubeconfig.
	Kubeconfig string
}

// What `init` finds at the file descriptors after stdin, stdout and stderr.
const (
	fdLock = 3 + iota
	fdProgress
	fdAPI
	fdHTTP
	fdHTTPS
)

// readyLine is the last thing that `init` says.
const readyLine = "ready"

// Up starts the node unless it runs already, waits until it is ready, and says
// on SAY what happens on the way.
func Up(options Options, say io.Writer) (Status, error) {
	node := options.Node
	if unix.Geteuid() != 0 {
		return Status{}, errors.New("a node of its own needs root: run this with sudo, or give the platform a cluster with CLUSTER=current")
	}
	if strings.HasPrefix(node.Dir+"/", "/run/") {
		return Status{}, fmt.Errorf("%s can't hold a node: it has a /run of its own. Set STORE_PLATFORM_STATE to another folder", node.Dir)
	}
	if err := makeFolders(node); err != nil {
		return Status{}, err
	}
	held, err := lock(node)
	if errors.Is(err, errRunning) {
		status, err := readStatus(node)
		if err != nil || status.Programs == programs(node) {
			return status, err
		}
		fmt.Fprintln(say, "    another version of the node is running: it is restarted, and keeps what it has")
		if err := end(status.PID, unix.SIGTERM); err != nil {
			return status, err
		}
	}
	// The last thread of a node that was ended goes a little after its first.
	if held == nil {
		held, err = lockWithin(node, killLimit)
	}
	if err != nil {
		return Status{}, err
	}
	defer held.Close()

	listeners, status, err := openListeners()
	if err != nil {
		return Status{}, err
	}
	for _, listener := range listeners {
		defer listener.Close()
	}
	status.Kubeconfig, status.Programs = options.Kubeconfig, programs(node)
	if err := writeIdentity(node, status); err != nil {
		return Status{}, fmt.Errorf("make the node's certificates: %w", err)
	}
	if err := writeConfiguration(node); err != nil {
		return Status{}, fmt.Errorf("write the node's configuration: %w", err)
	}
	// A node that was killed has left its cgroups, and a kubelet would look for
	// the containers that were in them.
	if err := sandbox.RemoveCgroup(node.CgroupPath(), killLimit); err != nil {
		return Status{}, err
	}
	if err := sandbox.EnsureCgroup(node.CgroupPath()); err != nil {
		return Status{}, err
	}

	progress, err := startInit(options, &status, held, listeners)
	if err != nil {
		return Status{}, fmt.Errorf("start the node: %w", err)
	}
	defer progress.Close()
	if err := writeStatus(node, status); err != nil {
		return Status{}, err
	}
	lines := bufio.NewScanner(progress)
	last := ""
	for lines.Scan() {
		if last = lines.Text(); last != readyLine {
			fmt.Fprintln(say, "    "+last)
		}
	}
	if last != readyLine {
		return Status{}, fmt.Errorf("the node did not come up; its logs are in %s", node.Path("log"))
	}
	return status, nil
}

// programs names what runs: each lies in a folder named by what it was made from.
func programs(node plan.Node) string {
	return strings.Join([]string{node.Program, node.ContainerdDir, node.PauseImage}, " ")
}

func makeFolders(node plan.Node) error {
	for _, folder := range []string{"etc/cni", "log", "pki", "tmp", "volumes"} {
		if err := os.MkdirAll(node.Path(folder), 0o755); err != nil {
			return err
		}
	}
	// Keys, the database and what pods were given are root's alone.
	for _, folder := range []string{"pki", "etcd", "kubelet", "containerd"} {
		if err := os.MkdirAll(node.Path(folder), 0o700); err != nil {
			return err
		}
	}
	return nil
}

func writeConfiguration(node plan.Node) error {
	files, err := node.Files()
	if err != nil {
		return err
	}
	for path, text := range files {
		if err := os.WriteFile(node.Path(path), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// openListeners opens what the host reaches the node by, on 127.0.0.1 only:
// the usual ports where they are free, else the next ones.
func openListeners() ([]*net.TCPListener, Status, error) {
	var status Status
	var opened []*net.TCPListener
	for _, wanted := range []struct {
		port  *int
		first []int
	}{
		{&status.APIPort, []int{plan.APIPort}},
		{&status.HTTPPort, []int{80, 8080}},
		{&status.HTTPSPort, []int{443, 8443}},
	} {
		listener, err := listenOnFirstFree(wanted.first)
		if err != nil {
			for _, other := range opened {
				other.Close()
			}
			return nil, status, err
		}
		opened = append(opened, listener)
		*wanted.port = listener.Addr().(*net.TCPAddr).Port
	}
	return opened, status, nil
}

// listenOnFirstFree tries the given ports, then those after the last.
func listenOnFirstFree(ports []int) (*net.TCPListener, error) {
	last := ports[len(ports)-1]
	for port := last + 1; port < last+1000; port++ {
		ports = append(ports, port)
	}
	for _, port := range ports {
		listener, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err == nil {
			return listener, nil
		}
		if !errors.Is(err, unix.EADDRINUSE) && !errors.Is(err, unix.EACCES) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("no free port on 127.0.0.1 between %d and %d", ports[0], ports[len(ports)-1])
}

// writeIdentity makes the node's authorities, certificates and kubeconfigs.
func writeIdentity(node plan.Node, status Status) error {
	dir := node.Path("pki")
	ca, err := pki.EnsureAuthority(dir, "ca")
	if err != nil {
		return err
	}
	frontProxy, err := pki.EnsureAuthority(dir, "front-proxy-ca")
	if err != nil {
		return err
	}
	if err := frontProxy.Client("front-proxy-client", "front-proxy-client"); err != nil {
		return err
	}
	if err := pki.EnsureKeyPair(dir, "service-account"); err != nil {
		return err
	}
	names := []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + plan.ClusterDomain}
	addresses := []net.IP{net.ParseIP(plan.NodeIP), net.ParseIP(plan.APIServiceIP), net.IPv4(127, 0, 0, 1)}
	if err := ca.Server("apiserver", "kube-apiserver", nil, names, addresses); err != nil {
		return err
	}
	if err := ca.Server("kubelet-server", "system:node:"+node.Name(), []string{"system:nodes"}, []string{node.Name()}, []net.IP{net.ParseIP(plan.NodeIP)}); err != nil {
		return err
	}
	if err := ca.Client("apiserver-kubelet-client", "kube-apiserver-kubelet-client", "system:masters"); err != nil {
		return err
	}
	for _, client := range []struct {
		name, user string
		groups     []string
	}{
		{"admin", "admin", []string{"system:masters"}},
		{"controller-manager", "system:kube-controller-manager", nil},
		{"scheduler", "system:kube-scheduler", nil},
		{"kubelet", "system:node:" + node.Name(), []string{"system:nodes"}},
		{"kube-proxy", "system:kube-proxy", nil},
		{"storage", plan.StorageUser, nil},
		{"network-policy", plan.NetworkPolicyUser, nil},
	} {
		if err := ca.Client(client.name, client.user, client.groups...); err != nil {
			return err
		}
		if err := ca.Kubeconfig(client.name, node.PKI(client.name+".conf"), node.Name(), node.APIServerURL()); err != nil {
			return err
		}
	}
	outside := "https://127.0.0.1:" + strconv.Itoa(status.APIPort)
	return ca.Kubeconfig("admin", status.Kubeconfig, node.Name(), outside)
}

// startInit starts the node's first process, and gives what it has to say.
func startInit(options Options, status *Status, held *os.File, listeners []*net.TCPListener) (*os.File, error) {
	node := options.Node
	progress, progressOfInit, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer progressOfInit.Close()
	inherited := []*os.File{fdLock - 3: held, fdProgress - 3: progressOfInit}
	for _, listener := range listeners {
		file, err := listener.File()
		if err != nil {
			return nil, err
		}
		defer file.Close()
		inherited = append(inherited, file)
	}
	output, err := os.OpenFile(node.Path("log", "init.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	command := exec.Command(node.Program, "init",
		"--instance="+node.Instance, "--dir="+node.Dir, "--containerd="+node.ContainerdDir,
		"--pause-image="+node.PauseImage, "--pause-archive="+options.PauseArchive)
	command.Dir = "/"
	command.Stdout, command.Stderr = output, output
	command.ExtraFiles = inherited
	command.SysProcAttr = &unix.SysProcAttr{
		Setsid:     true,
		Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	status.PID = command.Process.Pid
	if status.Namespace, err = networkNamespace(status.PID); err != nil {
		return nil, err
	}
	return progress, command.Process.Release()
}
