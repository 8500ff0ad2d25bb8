package netpolicy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// table is what the kernel is to hold, apart from what never changes.
type table struct {
	// chains are the rules of each chain by its name. A name is made from the
	// rules: a chain never changes, and pods that are allowed the same share one.
	chains map[string][]string
	// Which chain decides about a pod's packets.
	ingress, egress map[netip.Addr]string
}

// refusal says so at once, which spares whoever tries a time-out.
const refusal = "reject with icmp type admin-prohibited"

// render writes rules as nftables. A packet comes to a pod's chain by the pod's
// address; the chain returns it when a rule allows it, and refuses it otherwise.
func render(rules Rules) table {
	rendered := table{
		chains:  make(map[string][]string),
		ingress: make(map[netip.Addr]string),
		egress:  make(map[netip.Addr]string),
	}
	for _, direction := range []struct {
		name  string
		field string
		rules map[netip.Addr][]Rule
		pods  map[netip.Addr]string
	}{
		{"ingress", "ip saddr", rules.Ingress, rendered.ingress},
		{"egress", "ip daddr", rules.Egress, rendered.egress},
	} {
		for pod, allowed := range direction.rules {
			var lines []string
			for _, rule := range allowed {
				lines = append(lines, renderRule(direction.field, rule)...)
			}
			lines = append(unique(lines), refusal)
			hash := sha256.Sum256([]byte(strings.Join(lines, "\n")))
			name := direction.name + "-" + hex.EncodeToString(hash[:10])
			rendered.chains[name] = lines
			direction.pods[pod] = name
		}
	}
	return rendered
}

// unique drops repeated lines: two policies often allow the same.
func unique(lines []string) []string {
	slices.Sort(lines)
	return slices.Compact(lines)
}

// renderRule is one line for each way in which a packet can meet the rule.
func renderRule(field string, rule Rule) []string {
	var lines []string
	for _, peer := range renderPeers(field, rule.Peers) {
		for _, ports := range renderPorts(rule.Ports) {
			lines = append(lines, strings.Join(slices.DeleteFunc([]string{peer, ports, "return"}, isEmpty), " "))
		}
	}
	return lines
}

func isEmpty(text string) bool { return text == "" }

func renderPeers(field string, peers Peers) []string {
	if peers.Anyone {
		return []string{""}
	}
	var matches []string
	if len(peers.Pods) > 0 {
		matches = append(matches, fmt.Sprintf("%s { %s }", field, join(peers.Pods)))
	}
	for _, block := range peers.Blocks {
		// The node has no IPv6: such a range holds nobody.
		if !block.Prefix.Addr().Is4() {
			continue
		}
		var match []string
		// nftables has no prefix of length 0; everything is within it.
		if block.Prefix.Bits() > 0 {
			match = append(match, fmt.Sprintf("%s %s", field, block.Prefix))
		}
		for _, except := range block.Except {
			match = append(match, fmt.Sprintf("%s != %s", field, except))
		}
		matches = append(matches, strings.Join(match, " "))
	}
	return matches
}

func renderPorts(ports []Ports) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	var matches []string
	for _, protocol := range []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP} {
		name := strings.ToLower(string(protocol))
		for _, port := range ports {
			switch {
			case port.Protocol != protocol:
			case port.From == 0:
				matches = append(matches, "meta l4proto "+name)
			case port.From == port.To:
				matches = append(matches, fmt.Sprintf("%s dport %d", name, port.From))
			default:
				matches = append(matches, fmt.Sprintf("%s dport %d-%d", name, port.From, port.To))
			}
		}
	}
	return matches
}

func join(addresses []netip.Addr) string {
	texts := make([]string, 0, len(addresses))
	for _, address := range addresses {
		texts = append(texts, address.String())
	}
	return strings.Join(texts, ", ")
}
