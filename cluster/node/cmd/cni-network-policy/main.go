// Cni-network-policy is a CNI plugin, the last of the node's chain: it lets a
// pod's processes start when the pod's network policies are in force.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"github.com/containernetworking/cni/pkg/skel"
	"github.com/containernetworking/cni/pkg/types"
	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/containernetworking/cni/pkg/version"

	"store-platform.dev/node/internal/podhook"
)

// podArguments are what the container runtime says of the pod.
type podArguments struct {
	types.CommonArgs

	K8S_POD_NAMESPACE types.UnmarshallableString //nolint:revive // the names are the protocol's
	K8S_POD_NAME      types.UnmarshallableString //nolint:revive
	K8S_POD_UID       types.UnmarshallableString //nolint:revive
}

func main() {
	skel.PluginMainFuncs(skel.CNIFuncs{Add: add, Del: del, Check: check}, version.All, "network policies of the store-platform node")
}

func add(arguments *skel.CmdArgs) error {
	result, pod, err := parse(arguments)
	if err != nil {
		return err
	}
	if result == nil {
		return errors.New("this plugin comes after one that gives the pod an address")
	}
	if err := podhook.Attach(pod); err != nil {
		return err
	}
	return types.PrintResult(result, result.CNIVersion)
}

// del never fails: what is left of the pod must go, agent or not; an agent that
// starts later doesn't know of the pod any more.
func del(arguments *skel.CmdArgs) error {
	if result, pod, err := parse(arguments); err == nil && result != nil {
		podhook.Detach(pod) //nolint:errcheck
	}
	return nil
}

func check(*skel.CmdArgs) error { return nil }

// parse reads what earlier plugins did and for whom. Without a result, which is
// so when a pod is deleted that never got that far, there is no address.
func parse(arguments *skel.CmdArgs) (*current.Result, podhook.Pod, error) {
	var pod podhook.Pod
	var named podArguments
	if err := types.LoadArgs(arguments.Args, &named); err != nil {
		return nil, pod, err
	}
	pod.Namespace, pod.Name, pod.UID = string(named.K8S_POD_NAMESPACE), string(named.K8S_POD_NAME), string(named.K8S_POD_UID)
	config, err := loadConfig(arguments.StdinData)
	if err != nil || config.PrevResult == nil {
		return nil, pod, err
	}
	result, err := current.GetResult(config.PrevResult)
	if err != nil {
		return nil, pod, err
	}
	for _, address := range result.IPs {
		if four := address.Address.IP.To4(); four != nil {
			pod.Address = netip.AddrFrom4([4]byte(four))
			return result, pod, nil
		}
	}
	return nil, pod, errors.New("the pod has no IPv4 address")
}

func loadConfig(text []byte) (*types.PluginConf, error) {
	var config types.PluginConf
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("read the plugin's configuration: %w", err)
	}
	return &config, version.ParsePrevResult(&config)
}
