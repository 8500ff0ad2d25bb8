package plan

import (
	"embed"
	"fmt"
	"path"
	"strings"
	"text/template"
)

//go:embed files
var files embed.FS

var templates = template.Must(template.ParseFS(files, "files/*"))

// destinations says which file below the node's folder each template becomes.
var destinations = map[string]string{
	"containerd.toml": "etc/containerd.toml",
	"cni.conflist":    "etc/cni/10-store-platform.conflist",
	"kubelet.yaml":    "etc/kubelet.yaml",
	"kube-proxy.yaml": "etc/kube-proxy.yaml",
	"scheduler.yaml":  "etc/scheduler.yaml",
	"resolv.conf":     "etc/resolv.conf",
}

// values is what the templates may name: the node and the constants.
type values struct {
	Node
	NodeIP, PodCIDR, DNSServiceIP, ClusterDomain, ContainerdSock string
}

// Files renders the node's configuration: paths below its folder, and contents.
func (n Node) Files() (map[string]string, error) {
	data := values{n, NodeIP, PodCIDR, DNSServiceIP, ClusterDomain, ContainerdSock}
	rendered := make(map[string]string, len(destinations))
	for _, t := range templates.Templates() {
		var text strings.Builder
		if err := t.Execute(&text, data); err != nil {
			return nil, fmt.Errorf("render %s: %w", t.Name(), err)
		}
		rendered[destinations[path.Base(t.Name())]] = text.String()
	}
	return rendered, nil
}
