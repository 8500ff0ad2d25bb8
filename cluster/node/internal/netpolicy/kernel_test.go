package netpolicy

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/knftables"
)

const (
	databasePolicy = `{
  podSelector: {matchLabels: {name: database}}, policyTypes: [Ingress, Egress],
  ingress: [{
    from: [{podSelector: {matchLabels: {name: app}}}, {ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}],
    ports: [{port: sql}, {port: 8000, endPort: 8080, protocol: UDP}],
  }]}`
	databaseIsOpen = `{podSelector: {matchLabels: {name: database}}, ingress: [{}]}`
)

func TestThePoliciesOfADatabaseAsNftables(t *testing.T) {
	fake := knftables.NewFake(knftables.IPv4Family, tableName)
	applyPolicies(t, &kernel{nft: fake}, databasePolicy)
	want := `
add table ip store-platform { comment "NetworkPolicies of the store-platform node" ; }
add chain ip store-platform egress-HASH
add chain ip store-platform forward { type filter hook forward priority 0 ; }
add chain ip store-platform ingress-HASH
add chain ip store-platform input { type filter hook input priority 0 ; }
add set ip store-platform self { type ipv4_addr . ipv4_addr ; }
add map ip store-platform egress { type ipv4_addr : verdict ; }
add map ip store-platform ingress { type ipv4_addr : verdict ; }
add rule ip store-platform egress-HASH reject with icmp type admin-prohibited
add rule ip store-platform forward ct state established,related accept
add rule ip store-platform forward ip saddr . ip daddr @self accept
add rule ip store-platform forward ip saddr vmap @egress
add rule ip store-platform forward ip daddr vmap @ingress
add rule ip store-platform ingress-HASH ip saddr 192.0.2.0/24 ip saddr != 192.0.2.128/25 tcp dport 3306 return
add rule ip store-platform ingress-HASH ip saddr 192.0.2.0/24 ip saddr != 192.0.2.128/25 udp dport 8000-8080 return
add rule ip store-platform ingress-HASH ip saddr { 10.0.0.1 } tcp dport 3306 return
add rule ip store-platform ingress-HASH ip saddr { 10.0.0.1 } udp dport 8000-8080 return
add rule ip store-platform ingress-HASH reject with icmp type admin-prohibited
add rule ip store-platform input ct state established,related accept
add rule ip store-platform input ip saddr vmap @egress
add element ip store-platform self { 10.0.0.2 . 10.0.0.2 }
add element ip store-platform egress { 10.0.0.2 : jump egress-HASH }
add element ip store-platform ingress { 10.0.0.2 : jump ingress-HASH }
`
	if got := dump(fake); got != want {
		t.Errorf("got:%s\nwant:%s", got, want)
	}
}

func TestAnUnchangedClusterChangesNothing(t *testing.T) {
	counting := &countingNFT{Interface: knftables.NewFake(knftables.IPv4Family, tableName)}
	told := &kernel{nft: counting}
	applyPolicies(t, told, databasePolicy)
	applyPolicies(t, told, databasePolicy)
	if counting.runs != 1 {
		t.Errorf("the kernel was told %d times", counting.runs)
	}
}

func TestAChangeReplacesWhatItIsAbout(t *testing.T) {
	fake := knftables.NewFake(knftables.IPv4Family, tableName)
	changing := &kernel{nft: fake}
	applyPolicies(t, changing, databasePolicy)
	applyPolicies(t, changing, databaseIsOpen)
	applyPolicies(t, changing)
	// What is stale goes the next time.
	applyPolicies(t, changing)
	changed := dump(fake)

	fresh := knftables.NewFake(knftables.IPv4Family, tableName)
	applyPolicies(t, &kernel{nft: fresh})
	if want := dump(fresh); changed != want {
		t.Errorf("got:%s\nwant, as if it had never been otherwise:%s", changed, want)
	}
}

func TestAfterAFailureTheWholeTableIsWrittenAnew(t *testing.T) {
	fake := knftables.NewFake(knftables.IPv4Family, tableName)
	failing := &countingNFT{Interface: fake}
	changing := &kernel{nft: failing}
	applyPolicies(t, changing, databasePolicy)

	failing.err = errors.New("out of memory")
	rules, _ := Compile(world(t, []string{databaseIsOpen}))
	if err := changing.apply(t.Context(), render(rules)); err == nil {
		t.Fatal("the failure is not reported")
	}
	failing.err = nil
	applyPolicies(t, changing, databaseIsOpen)

	fresh := knftables.NewFake(knftables.IPv4Family, tableName)
	applyPolicies(t, &kernel{nft: fresh}, databaseIsOpen)
	if got, want := dump(fake), dump(fresh); got != want {
		t.Errorf("got:%s\nwant:%s", got, want)
	}
}

func applyPolicies(t *testing.T, told *kernel, specs ...string) {
	t.Helper()
	rules, err := Compile(world(t, specs))
	if err != nil {
		t.Fatal(err)
	}
	if err := told.apply(t.Context(), render(rules)); err != nil {
		t.Fatal(err)
	}
}

var hash = regexp.MustCompile(`-[0-9a-f]{20}`)

func dump(fake *knftables.Fake) string {
	return "\n" + strings.TrimSpace(hash.ReplaceAllString(fake.Dump(), "-HASH")) + "\n"
}

// countingNFT counts the transactions, or fails them.
type countingNFT struct {
	knftables.Interface
	runs int
	err  error
}

func (n *countingNFT) Run(ctx context.Context, tx *knftables.Transaction) error {
	if n.err != nil {
		return n.err
	}
	n.runs++
	return n.Interface.Run(ctx, tx)
}
