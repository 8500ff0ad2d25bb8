package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"

	"store-platform.dev/node/internal/plan"
)

// SetUpNetwork gives the node's network namespace, in which this process is,
// its address and its routes. There is no way out of it: what is inside is
// reached through the listeners that were opened outside.
func SetUpNetwork() error {
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("find the loopback device: %w", err)
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return fmt.Errorf("set up the loopback device: %w", err)
	}
	node := net.ParseIP(plan.NodeIP)
	address := &netlink.Addr{IPNet: &net.IPNet{IP: node, Mask: net.CIDRMask(32, 32)}}
	if err := netlink.AddrReplace(loopback, address); err != nil {
		return fmt.Errorf("give the node its address %s: %w", node, err)
	}
	// A process of the node itself needs some route to a service's address
	// before kube-proxy's rules can turn it into a pod's.
	_, services, err := net.ParseCIDR(plan.ServiceCIDR)
	if err != nil {
		return err
	}
	route := &netlink.Route{LinkIndex: loopback.Attrs().Index, Dst: services, Src: node}
	if err := netlink.RouteReplace(route); err != nil {
		return fmt.Errorf("route %s: %w", services, err)
	}
	return setSysctls()
}

// sysctls are settings of the network namespace, and of those of its pods' links
// that are on this side.
var sysctls = []struct{ name, value, why string }{
	{"ipv4/ip_forward", "1", "packets pass between pods"},
	{"ipv4/conf/all/rp_filter", "1", "a pod can't send in another's name"},
	{"ipv6/conf/all/disable_ipv6", "1", "there are no addresses but those that policies are about"},
	{"ipv6/conf/default/disable_ipv6", "1", "there are no addresses but those that policies are about"},
}

func setSysctls() error {
	for _, setting := range sysctls {
		path := filepath.Join("/proc/sys/net", setting.name)
		err := os.WriteFile(path, []byte(setting.value), 0o644)
		// A kernel without IPv6 has no such settings, and no such addresses.
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("make sure that %s: %w", setting.why, err)
		}
	}
	return nil
}
