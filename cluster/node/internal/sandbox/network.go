package sandbox

import (
	"fmt"
	"net"
	"os"

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
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return fmt.Errorf("let packets pass between pods: %w", err)
	}
	return nil
}
