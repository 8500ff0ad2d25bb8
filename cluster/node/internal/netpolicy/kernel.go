package netpolicy

import (
	"context"
	"net/netip"

	"sigs.k8s.io/knftables"
)

const (
	tableName  = "store-platform"
	ingressMap = "ingress"
	egressMap  = "egress"
	selfSet    = "self"
)

// kernel keeps the kernel's table equal to a wanted one. It changes just what
// differs, all at once: no packet ever meets half of a change.
type kernel struct {
	nft knftables.Interface
	// applied is what the kernel holds; nil when that isn't known.
	applied *table
	// stale are chains that nothing leads to any more. A kernel may notice that
	// a little after it was told, so they are deleted by a later transaction.
	stale map[string]bool
}

func newKernel() (*kernel, error) {
	nft, err := knftables.New(knftables.IPv4Family, tableName)
	if err != nil {
		return nil, err
	}
	return &kernel{nft: nft}, nil
}

func (k *kernel) apply(ctx context.Context, wanted table) error {
	tx := k.nft.NewTransaction()
	applied := k.applied
	if applied == nil {
		// Whatever an earlier agent left is replaced, in this transaction.
		addBase(tx)
		applied, k.stale = &table{}, make(map[string]bool)
	}
	for name, rules := range wanted.chains {
		if _, there := applied.chains[name]; there {
			continue
		}
		delete(k.stale, name)
		tx.Add(&knftables.Chain{Name: name})
		// It may be a stale one that is wanted again.
		tx.Flush(&knftables.Chain{Name: name})
		for _, rule := range rules {
			tx.Add(&knftables.Rule{Chain: name, Rule: rule})
		}
	}
	changeMap(tx, ingressMap, applied.ingress, wanted.ingress)
	changeMap(tx, egressMap, applied.egress, wanted.egress)
	changeSelf(tx, *applied, wanted)
	if tx.NumOperations() > 0 {
		if err := k.nft.Run(ctx, tx); err != nil {
			k.applied = nil
			return err
		}
	}
	k.deleteStale(ctx)
	for name := range applied.chains {
		if _, wanted := wanted.chains[name]; !wanted {
			k.stale[name] = true
		}
	}
	k.applied = &wanted
	return nil
}

// deleteStale tries to; what can't be deleted yet is tried again next time.
func (k *kernel) deleteStale(ctx context.Context) {
	if len(k.stale) == 0 {
		return
	}
	tx := k.nft.NewTransaction()
	for name := range k.stale {
		tx.Delete(&knftables.Chain{Name: name})
	}
	if err := k.nft.Run(ctx, tx); err == nil {
		clear(k.stale)
	}
}

// addBase adds what never changes.
//
// Packets between pods, and between pods and the world, are forwarded: each pod
// is on a link of its own. Those from a pod to the node itself (its API server,
// its kubelet) are its input. What the node sends to a pod meets no policy: the
// kubelet's probes must always pass.
func addBase(tx *knftables.Transaction) {
	tx.Add(&knftables.Table{})
	tx.Delete(&knftables.Table{})
	tx.Add(&knftables.Table{Comment: knftables.PtrTo("NetworkPolicies of the store-platform node")})
	for _, name := range []string{ingressMap, egressMap} {
		tx.Add(&knftables.Map{Name: name, Type: "ipv4_addr : verdict"})
	}
	// No pod is kept from itself, for instance through a service of its own.
	tx.Add(&knftables.Set{Name: selfSet, Type: "ipv4_addr . ipv4_addr"})
	for _, base := range []struct {
		hook  knftables.BaseChainHook
		rules []string
	}{
		{knftables.ForwardHook, []string{
			"ct state established,related accept",
			"ip saddr . ip daddr @" + selfSet + " accept",
			"ip saddr vmap @" + egressMap,
			"ip daddr vmap @" + ingressMap,
		}},
		{knftables.InputHook, []string{
			"ct state established,related accept",
			"ip saddr vmap @" + egressMap,
		}},
	} {
		name := string(base.hook)
		tx.Add(&knftables.Chain{
			Name:     name,
			Type:     knftables.PtrTo(knftables.FilterType),
			Hook:     knftables.PtrTo(base.hook),
			Priority: knftables.PtrTo(knftables.FilterPriority),
		})
		for _, rule := range base.rules {
			tx.Add(&knftables.Rule{Chain: name, Rule: rule})
		}
	}
}

func changeMap(tx *knftables.Transaction, name string, from, to map[netip.Addr]string) {
	element := func(pod netip.Addr, chain string) *knftables.Element {
		return &knftables.Element{Map: name, Key: []string{pod.String()}, Value: []string{"jump " + chain}}
	}
	for pod, chain := range from {
		if to[pod] != chain {
			tx.Delete(element(pod, chain))
		}
	}
	for pod, chain := range to {
		if from[pod] != chain {
			tx.Add(element(pod, chain))
		}
	}
}

func changeSelf(tx *knftables.Transaction, from, to table) {
	element := func(pod netip.Addr) *knftables.Element {
		return &knftables.Element{Set: selfSet, Key: []string{pod.String(), pod.String()}}
	}
	before, after := from.pods(), to.pods()
	for pod := range before {
		if !after[pod] {
			tx.Delete(element(pod))
		}
	}
	for pod := range after {
		if !before[pod] {
			tx.Add(element(pod))
		}
	}
}

// pods are the pods that some policy isolates.
func (t table) pods() map[netip.Addr]bool {
	isolated := make(map[netip.Addr]bool)
	for _, direction := range []map[netip.Addr]string{t.ingress, t.egress} {
		for pod := range direction {
			isolated[pod] = true
		}
	}
	return isolated
}
