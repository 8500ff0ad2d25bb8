package plan

import (
	"encoding/json"
	"strings"
	"testing"

	proxyconfig "k8s.io/kube-proxy/config/v1alpha1"
	schedulerconfig "k8s.io/kube-scheduler/config/v1"
	kubeletconfig "k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"
)

var node = Node{
	Instance:      "test",
	Dir:           "/state/test/node",
	Program:       "/cache/bin/node-1/store-platform-node",
	ContainerdDir: "/cache/bin/containerd-1",
	PauseImage:    "localhost/store-platform/pause:1",
}

func TestConfigurationHasNoFieldThatKubernetesDoesNotKnow(t *testing.T) {
	files := render(t)
	for name, into := range map[string]any{
		"etc/kubelet.yaml":    &kubeletconfig.KubeletConfiguration{},
		"etc/kube-proxy.yaml": &proxyconfig.KubeProxyConfiguration{},
		"etc/scheduler.yaml":  &schedulerconfig.KubeSchedulerConfiguration{},
	} {
		if err := yaml.UnmarshalStrict([]byte(files[name]), into); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text := files["etc/cni/10-store-platform.conflist"]; !json.Valid([]byte(text)) {
		t.Errorf("not JSON: %s", text)
	}
}

func TestEveryFileHasAPlace(t *testing.T) {
	for path := range render(t) {
		if !strings.HasPrefix(path, "etc/") {
			t.Errorf("a file goes to %q", path)
		}
	}
}

func TestTwoInstancesShareNothing(t *testing.T) {
	other := node
	other.Instance, other.Dir = "local", "/state/local/node"
	if node.Name() == other.Name() || node.CgroupPath() == other.CgroupPath() {
		t.Error("name or cgroup")
	}
	for _, process := range processes(other) {
		for _, argument := range process.Args {
			if strings.Contains(argument, node.Dir) || strings.Contains(argument, node.Name()) {
				t.Errorf("%s: %s", process.Name, argument)
			}
		}
	}
}

func processes(n Node) []Process {
	return []Process{
		n.Containerd(), n.Etcd(), n.APIServer(), n.ControllerManager(), n.Scheduler(),
		n.Kubelet(), n.Proxy(), n.Storage(), n.NetworkPolicy(),
	}
}

func render(t *testing.T) map[string]string {
	t.Helper()
	files, err := node.Files()
	if err != nil {
		t.Fatal(err)
	}
	return files
}
