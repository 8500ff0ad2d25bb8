// Package netpolicy enforces NetworkPolicies on the node.
//
// Compile turns policies, namespaces and pods into rules and touches nothing;
// desired renders rules as nftables; Agent watches the API server and keeps the
// kernel's table at that.
package netpolicy

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Pod is a pod that has an address of its own.
type Pod struct {
	Object  *corev1.Pod
	Address netip.Addr
}

// Cluster is what policies are about.
type Cluster struct {
	Policies   []*networkingv1.NetworkPolicy
	Namespaces []*corev1.Namespace
	Pods       []Pod
}

// Rules says, for each pod that a policy isolates in a direction, what is
// allowed in it; everything else is refused. A pod that is not in a map is not
// isolated in that direction.
type Rules struct {
	Ingress map[netip.Addr][]Rule
	Egress  map[netip.Addr][]Rule
}

// A Rule allows some peers some ports.
type Rule struct {
	Peers Peers
	// Ports that are allowed; none means any port of any protocol.
	Ports []Ports
}

// Peers is whom a rule is about.
type Peers struct {
	// Anyone means every address there is.
	Anyone bool
	// Pods are the addresses of pods, in order.
	Pods []netip.Addr
	// Blocks are ranges of addresses.
	Blocks []Block
}

func (p Peers) none() bool { return !p.Anyone && len(p.Pods) == 0 && len(p.Blocks) == 0 }

// A Block is a range of addresses, without some.
type Block struct {
	Prefix netip.Prefix
	Except []netip.Prefix
}

// Ports is the ports From to To of a protocol; From 0 means all of them.
type Ports struct {
	Protocol corev1.Protocol
	From, To int32
}

// Compile works out the rules. Policies add up: what one of them allows is
// allowed, whatever the others say. The error is about policies that can't be
// understood; those isolate, and allow nothing from there on.
func Compile(cluster Cluster) (Rules, error) {
	c := compiler{podsOf: make(map[string][]Pod), namespaces: cluster.Namespaces}
	for _, pod := range cluster.Pods {
		c.podsOf[pod.Object.Namespace] = append(c.podsOf[pod.Object.Namespace], pod)
	}
	rules := Rules{Ingress: make(map[netip.Addr][]Rule), Egress: make(map[netip.Addr][]Rule)}
	// In a fixed order, so that equal clusters have equal rules.
	policies := slices.SortedFunc(slices.Values(cluster.Policies), func(a, b *networkingv1.NetworkPolicy) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	var failures []error
	for _, policy := range policies {
		if err := c.add(policy, rules); err != nil {
			failures = append(failures, fmt.Errorf("network policy %s/%s: %w", policy.Namespace, policy.Name, err))
		}
	}
	return rules, errors.Join(failures...)
}

type compiler struct {
	namespaces []*corev1.Namespace
	podsOf     map[string][]Pod
}

func (c compiler) add(policy *networkingv1.NetworkPolicy, rules Rules) error {
	selected, err := c.selectPods([]string{policy.Namespace}, &policy.Spec.PodSelector)
	if err != nil || len(selected) == 0 {
		return err
	}
	inward, outward := isolates(policy, networkingv1.PolicyTypeIngress), isolates(policy, networkingv1.PolicyTypeEgress)
	for _, pod := range selected {
		if inward {
			allow(rules.Ingress, pod)
		}
		if outward {
			allow(rules.Egress, pod)
		}
	}
	if inward {
		for _, rule := range policy.Spec.Ingress {
			from, err := c.resolve(policy.Namespace, rule.From)
			if err != nil {
				return err
			}
			for _, pod := range selected {
				allow(rules.Ingress, pod, ingress(from, rule.Ports, pod)...)
			}
		}
	}
	if outward {
		for _, rule := range policy.Spec.Egress {
			to, err := c.resolve(policy.Namespace, rule.To)
			if err != nil {
				return err
			}
			allowed := egress(to, rule.Ports)
			for _, pod := range selected {
				allow(rules.Egress, pod, allowed...)
			}
		}
	}
	return nil
}

// isolates says whether a policy is about a direction.
func isolates(policy *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) bool {
	if len(policy.Spec.PolicyTypes) > 0 {
		return slices.Contains(policy.Spec.PolicyTypes, direction)
	}
	return direction == networkingv1.PolicyTypeIngress || len(policy.Spec.Egress) > 0
}

// allow isolates the pod, if it was not yet, and allows it these rules.
func allow(direction map[netip.Addr][]Rule, pod Pod, rules ...Rule) {
	direction[pod.Address] = append(direction[pod.Address], rules...)
}

// peers is who a rule's From or To means: addresses for its rules, and the pods
// behind them, whose ports may have names.
type peers struct {
	anyone bool
	pods   []Pod
	blocks []Block
}

func (p peers) addresses() Peers {
	if p.anyone {
		return Peers{Anyone: true}
	}
	addresses := make([]netip.Addr, 0, len(p.pods))
	for _, pod := range p.pods {
		addresses = append(addresses, pod.Address)
	}
	slices.SortFunc(addresses, netip.Addr.Compare)
	return Peers{Pods: slices.Compact(addresses), Blocks: p.blocks}
}

// ingress is what a rule allows into a pod. A named port is the pod's own.
func ingress(from peers, wanted []networkingv1.NetworkPolicyPort, pod Pod) []Rule {
	ports := numbered(wanted)
	for _, port := range named(wanted) {
		if number, ok := lookUp(pod.Object, port); ok {
			ports = append(ports, number)
		}
	}
	return rule(from.addresses(), len(wanted) == 0, ports)
}

// egress is what a rule allows out of a pod. A named port is that of the pod
// that is talked to, so it can be another number for each; it means nothing for
// a range of addresses.
func egress(to peers, wanted []networkingv1.NetworkPolicyPort) []Rule {
	rules := rule(to.addresses(), len(wanted) == 0, numbered(wanted))
	for _, port := range named(wanted) {
		having := make(map[Ports][]Pod)
		for _, pod := range to.pods {
			if number, ok := lookUp(pod.Object, port); ok {
				having[number] = append(having[number], pod)
			}
		}
		numbers := slices.SortedFunc(maps.Keys(having), func(a, b Ports) int { return cmp.Compare(a.From, b.From) })
		for _, number := range numbers {
			rules = append(rules, rule(peers{pods: having[number]}.addresses(), false, []Ports{number})...)
		}
	}
	return rules
}

// rule is the rule for peers and ports, or none when it would allow nothing.
func rule(peers Peers, anyPort bool, ports []Ports) []Rule {
	if peers.none() || !anyPort && len(ports) == 0 {
		return nil
	}
	return []Rule{{Peers: peers, Ports: ports}}
}

// resolve finds out who the peers of a rule are. No peers means anyone.
func (c compiler) resolve(namespace string, wanted []networkingv1.NetworkPolicyPeer) (peers, error) {
	if len(wanted) == 0 {
		all, err := c.selectPods(slices.Collect(maps.Keys(c.podsOf)), &metav1.LabelSelector{})
		return peers{anyone: true, pods: all}, err
	}
	var found peers
	for _, peer := range wanted {
		if peer.IPBlock != nil {
			block, err := parseBlock(peer.IPBlock)
			if err != nil {
				return peers{}, err
			}
			found.blocks = append(found.blocks, block)
			continue
		}
		namespaces := []string{namespace}
		if peer.NamespaceSelector != nil {
			var err error
			if namespaces, err = c.selectNamespaces(peer.NamespaceSelector); err != nil {
				return peers{}, err
			}
		}
		selector := peer.PodSelector
		if selector == nil {
			selector = &metav1.LabelSelector{}
		}
		pods, err := c.selectPods(namespaces, selector)
		if err != nil {
			return peers{}, err
		}
		found.pods = append(found.pods, pods...)
	}
	return found, nil
}

func (c compiler) selectNamespaces(by *metav1.LabelSelector) ([]string, error) {
	selector, err := metav1.LabelSelectorAsSelector(by)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, namespace := range c.namespaces {
		if selector.Matches(labels.Set(namespace.Labels)) {
			names = append(names, namespace.Name)
		}
	}
	return names, nil
}

func (c compiler) selectPods(namespaces []string, by *metav1.LabelSelector) ([]Pod, error) {
	selector, err := metav1.LabelSelectorAsSelector(by)
	if err != nil {
		return nil, err
	}
	var pods []Pod
	for _, namespace := range namespaces {
		for _, pod := range c.podsOf[namespace] {
			if selector.Matches(labels.Set(pod.Object.Labels)) {
				pods = append(pods, pod)
			}
		}
	}
	return pods, nil
}

func parseBlock(block *networkingv1.IPBlock) (Block, error) {
	prefix, err := netip.ParsePrefix(block.CIDR)
	if err != nil {
		return Block{}, err
	}
	parsed := Block{Prefix: prefix.Masked()}
	for _, text := range block.Except {
		except, err := netip.ParsePrefix(text)
		if err != nil {
			return Block{}, err
		}
		parsed.Except = append(parsed.Except, except.Masked())
	}
	return parsed, nil
}

// numbered are those of the ports that are numbers, ranges, or all of a protocol.
func numbered(wanted []networkingv1.NetworkPolicyPort) []Ports {
	var found []Ports
	for _, port := range wanted {
		switch {
		case port.Port == nil:
			found = append(found, Ports{Protocol: protocol(port)})
		case port.Port.Type == intstr.Int:
			last := port.Port.IntVal
			if port.EndPort != nil {
				last = *port.EndPort
			}
			found = append(found, Ports{protocol(port), port.Port.IntVal, last})
		}
	}
	return found
}

// named are those of the ports that are names.
func named(wanted []networkingv1.NetworkPolicyPort) []networkingv1.NetworkPolicyPort {
	return slices.DeleteFunc(slices.Clone(wanted), func(port networkingv1.NetworkPolicyPort) bool {
		return port.Port == nil || port.Port.Type == intstr.Int
	})
}

// lookUp is the number that a pod gives a named port.
func lookUp(pod *corev1.Pod, wanted networkingv1.NetworkPolicyPort) (Ports, bool) {
	// Init containers that go on running (sidecars) have ports as well.
	for _, container := range slices.Concat(pod.Spec.Containers, pod.Spec.InitContainers) {
		for _, port := range container.Ports {
			if port.Name == wanted.Port.StrVal && cmp.Or(port.Protocol, corev1.ProtocolTCP) == protocol(wanted) {
				return Ports{protocol(wanted), port.ContainerPort, port.ContainerPort}, true
			}
		}
	}
	return Ports{}, false
}

func protocol(port networkingv1.NetworkPolicyPort) corev1.Protocol {
	if port.Protocol == nil {
		return corev1.ProtocolTCP
	}
	return *port.Protocol
}
