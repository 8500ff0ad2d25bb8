// Package plan says what a node consists of: which processes run with which
// flags, and what their configuration files hold. It touches nothing.
package plan

import (
	"net"
	"path/filepath"
	"strconv"
)

// The node has a network namespace of its own, so its addresses and ports are
// the same in every instance and on every machine.
const (
	NodeIP         = "10.95.0.1"
	ServiceCIDR    = "10.96.0.0/16"
	APIServiceIP   = "10.96.0.1"
	DNSServiceIP   = "10.96.0.10"
	PodCIDR        = "10.244.0.0/16"
	ClusterDomain  = "cluster.local"
	APIPort        = 6443
	HTTPNodePort   = 30080
	HTTPSNodePort  = 30443
	etcdClientURL  = "http://127.0.0.1:2379"
	etcdPeerURL    = "http://127.0.0.1:2380"
	ContainerdSock = "/run/containerd/containerd.sock"
)

// Who the node's own helpers are to the API server.
const (
	StorageUser       = "store-platform:storage"
	NetworkPolicyUser = "store-platform:network-policy"
)

// Node is one instance on this machine.
type Node struct {
	// Instance names the node; two instances can run side by side.
	Instance string
	// Dir holds everything the node keeps.
	Dir string
	// Program is this program's own path.
	Program string
	// ContainerdDir holds containerd, its shim and ctr.
	ContainerdDir string
	// PauseImage is the sandbox image's name.
	PauseImage string
}

// Name is the node's name in Kubernetes, its host name and its cgroup.
func (n Node) Name() string { return "store-platform-" + n.Instance }

// ProgramDir holds this program, and its CNI plugin beside it.
func (n Node) ProgramDir() string { return filepath.Dir(n.Program) }

// Path is a path below the node's folder.
func (n Node) Path(elements ...string) string {
	return filepath.Join(append([]string{n.Dir}, elements...)...)
}

// PKI is the path of a certificate, key or kubeconfig.
func (n Node) PKI(file string) string { return n.Path("pki", file) }

// CgroupPath is the node's cgroup, in each hierarchy.
func (n Node) CgroupPath() string { return "/" + n.Name() }

// APIServerURL is the API server's address inside the node.
func (n Node) APIServerURL() string {
	return "https://" + Address(APIPort)
}

// Address is a port at the node's own address.
func Address(port int) string { return net.JoinHostPort(NodeIP, strconv.Itoa(port)) }

// A Process is one program that is kept running.
type Process struct {
	Name string
	Args []string
	// ReadyURL answers 200 when the process does its work; empty where another
	// check says so.
	ReadyURL string
}

func (n Node) self(part string, readyURL string, flags ...string) Process {
	return Process{Name: part, Args: append([]string{n.Program, part}, flags...), ReadyURL: readyURL}
}

// Containerd runs the containers.
func (n Node) Containerd() Process {
	return Process{
		Name: "containerd",
		Args: []string{filepath.Join(n.ContainerdDir, "containerd"), "--config", n.Path("etc", "containerd.toml")},
	}
}

// Etcd keeps the API server's objects.
func (n Node) Etcd() Process {
	return n.self("etcd", etcdClientURL+"/readyz",
		"--data-dir="+n.Path("etcd"),
		"--listen-client-urls="+etcdClientURL,
		"--advertise-client-urls="+etcdClientURL,
		"--listen-peer-urls="+etcdPeerURL,
		"--log-level=warn",
	)
}

// APIServer serves the Kubernetes API.
func (n Node) APIServer() Process {
	return n.self("kube-apiserver", n.APIServerURL()+"/readyz",
		"--advertise-address="+NodeIP,
		"--secure-port="+strconv.Itoa(APIPort),
		"--etcd-servers="+etcdClientURL,
		"--service-cluster-ip-range="+ServiceCIDR,
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--client-ca-file="+n.PKI("ca.crt"),
		"--tls-cert-file="+n.PKI("apiserver.crt"),
		"--tls-private-key-file="+n.PKI("apiserver.key"),
		"--kubelet-client-certificate="+n.PKI("apiserver-kubelet-client.crt"),
		"--kubelet-client-key="+n.PKI("apiserver-kubelet-client.key"),
		"--kubelet-certificate-authority="+n.PKI("ca.crt"),
		"--kubelet-preferred-address-types=InternalIP",
		"--service-account-issuer=https://kubernetes.default.svc."+ClusterDomain,
		"--service-account-key-file="+n.PKI("service-account.pub"),
		"--service-account-signing-key-file="+n.PKI("service-account.key"),
		// The aggregation layer, for metrics-server.
		"--requestheader-client-ca-file="+n.PKI("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file="+n.PKI("front-proxy-client.crt"),
		"--proxy-client-key-file="+n.PKI("front-proxy-client.key"),
		"--profiling=false",
	)
}

// ControllerManager runs Kubernetes' own controllers. There is one node and
// one of each process, so nobody is elected; and no client-side rate limiter
// slows the creation of a store.
func (n Node) ControllerManager() Process {
	kubeconfig := n.PKI("controller-manager.conf")
	return n.self("kube-controller-manager", "",
		"--kubeconfig="+kubeconfig,
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--bind-address=127.0.0.1",
		"--use-service-account-credentials=true",
		"--root-ca-file="+n.PKI("ca.crt"),
		"--service-account-private-key-file="+n.PKI("service-account.key"),
		"--cluster-signing-cert-file="+n.PKI("ca.crt"),
		"--cluster-signing-key-file="+n.PKI("ca.key"),
		"--leader-elect=false",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--concurrent-namespace-syncs=20",
		"--profiling=false",
	)
}

// Scheduler assigns pods to the node.
func (n Node) Scheduler() Process {
	kubeconfig := n.PKI("scheduler.conf")
	return n.self("kube-scheduler", "",
		"--config="+n.Path("etc", "scheduler.yaml"),
		"--authentication-kubeconfig="+kubeconfig,
		"--authorization-kubeconfig="+kubeconfig,
		"--bind-address=127.0.0.1",
	)
}

// Kubelet runs the node's pods.
func (n Node) Kubelet() Process {
	return n.self("kubelet", "",
		"--config="+n.Path("etc", "kubelet.yaml"),
		"--kubeconfig="+n.PKI("kubelet.conf"),
		"--root-dir="+n.Path("kubelet"),
		"--hostname-override="+n.Name(),
		"--node-ip="+NodeIP,
	)
}

// Proxy makes the addresses of services work.
func (n Node) Proxy() Process {
	return n.self("kube-proxy", "", "--config="+n.Path("etc", "kube-proxy.yaml"))
}

// Storage provisions volumes.
func (n Node) Storage() Process {
	return n.self("storage", "",
		"--kubeconfig="+n.PKI("storage.conf"),
		"--node="+n.Name(),
		"--dir="+n.Path("volumes"),
	)
}

// NetworkPolicy enforces network policies.
func (n Node) NetworkPolicy() Process {
	return n.self("network-policy", "", "--kubeconfig="+n.PKI("network-policy.conf"))
}
