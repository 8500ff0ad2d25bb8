package netpolicy

import (
	"net/netip"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// The pods of the tests. The namespace `shop` is a store, `other` another one,
// and `traefik` holds the ingress controller.
var (
	app      = pod("shop", "app", "10.0.0.1", port("http", 8080))
	database = pod("shop", "database", "10.0.0.2", port("sql", 3306))
	valkey   = pod("shop", "cache", "10.0.0.3", port("sql", 6379))
	stranger = pod("other", "app", "10.0.0.9", port("http", 9000))
	traefik  = pod("traefik", "traefik", "10.0.0.20", port("web", 8000))
	outside  = netip.MustParseAddr("192.0.2.7")
)

// A probe is one attempt to connect.
type probe struct {
	from, to netip.Addr
	protocol corev1.Protocol
	port     int32
}

func tcp(from, to Pod, port int32) probe {
	return probe{from.Address, to.Address, corev1.ProtocolTCP, port}
}

func TestPolicies(t *testing.T) {
	for name, test := range map[string]struct {
		policies         []string
		allowed, refused []probe
	}{
		"without policies everybody reaches everybody": {
			allowed: []probe{tcp(stranger, database, 3306), tcp(database, stranger, 9000)},
		},
		"default deny refuses both directions of the namespace and no other": {
			policies: []string{`{podSelector: {}, policyTypes: [Ingress, Egress]}`},
			refused:  []probe{tcp(stranger, database, 3306), tcp(app, database, 3306), tcp(app, stranger, 9000)},
			allowed:  []probe{tcp(stranger, traefik, 8000)},
		},
		"a policy without types isolates ingress only": {
			policies: []string{`{podSelector: {}}`},
			refused:  []probe{tcp(app, database, 3306)},
			allowed:  []probe{tcp(app, stranger, 9000)},
		},
		"a policy without types isolates egress too when it has egress rules": {
			policies: []string{`{podSelector: {}, ingress: [{}], egress: [{to: [{podSelector: {matchLabels: {name: cache}}}]}]}`},
			allowed:  []probe{tcp(app, valkey, 6379)},
			refused:  []probe{tcp(app, database, 3306)},
		},
		"a pod selector means pods of the policy's own namespace": {
			policies: []string{`{podSelector: {matchLabels: {name: database}}, ingress: [{from: [{podSelector: {matchLabels: {name: app}}}]}]}`},
			allowed:  []probe{tcp(app, database, 3306), tcp(app, database, 22)},
			refused:  []probe{tcp(stranger, database, 3306), tcp(valkey, database, 3306)},
		},
		"a namespace selector means all pods of the namespaces": {
			policies: []string{`{podSelector: {matchLabels: {name: app}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: traefik}}}], ports: [{port: 8080}]}]}`},
			allowed:  []probe{tcp(traefik, app, 8080)},
			refused:  []probe{tcp(traefik, app, 8081), tcp(stranger, app, 8080), tcp(database, app, 8080)},
		},
		"both selectors in one peer must hold": {
			policies: []string{`{podSelector: {matchLabels: {name: database}}, ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {name: app}}}]}]}`},
			allowed:  []probe{tcp(app, database, 3306), tcp(stranger, database, 3306)},
			refused:  []probe{tcp(traefik, database, 3306), tcp(valkey, database, 3306)},
		},
		"selectors in two peers add up": {
			policies: []string{`{podSelector: {matchLabels: {name: database}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}, {podSelector: {matchLabels: {name: app}}}]}]}`},
			allowed:  []probe{tcp(app, database, 3306), tcp(stranger, database, 3306)},
			refused:  []probe{tcp(traefik, database, 3306), tcp(valkey, database, 3306)},
		},
		"policies add up": {
			policies: []string{
				`{podSelector: {}, policyTypes: [Ingress, Egress]}`,
				`{podSelector: {matchLabels: {name: database}}, ingress: [{from: [{podSelector: {matchLabels: {name: app}}}], ports: [{port: 3306}]}]}`,
				`{podSelector: {matchLabels: {name: app}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {name: database}}}]}]}`,
			},
			allowed: []probe{tcp(app, database, 3306)},
			refused: []probe{tcp(app, database, 22), tcp(valkey, database, 3306), tcp(database, app, 8080), tcp(app, valkey, 6379)},
		},
		"both ends must allow": {
			policies: []string{
				`{podSelector: {matchLabels: {name: app}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {name: database}}}]}]}`,
				`{podSelector: {matchLabels: {name: database}}, policyTypes: [Ingress]}`,
			},
			refused: []probe{tcp(app, database, 3306)},
		},
		"an empty rule allows everything, an empty list nothing": {
			policies: []string{`{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: []}`},
			allowed:  []probe{tcp(stranger, app, 8080)},
			refused:  []probe{tcp(app, stranger, 9000)},
		},
		"a block holds its range but for the exceptions": {
			policies: []string{`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]}]}`},
			allowed:  []probe{{app.Address, outside, corev1.ProtocolTCP, 443}},
			refused:  []probe{{app.Address, netip.MustParseAddr("192.0.2.200"), corev1.ProtocolTCP, 443}, tcp(app, stranger, 9000)},
		},
		"a range of ports ends at its end": {
			policies: []string{`{podSelector: {}, ingress: [{ports: [{port: 8000, endPort: 8080}]}]}`},
			allowed:  []probe{tcp(stranger, app, 8000), tcp(stranger, app, 8080)},
			refused:  []probe{tcp(stranger, app, 7999), tcp(stranger, app, 8081)},
		},
		"a protocol without a port is all its ports, and no other protocol": {
			policies: []string{`{podSelector: {}, ingress: [{ports: [{protocol: UDP}]}]}`},
			allowed:  []probe{{stranger.Address, app.Address, corev1.ProtocolUDP, 53}},
			refused:  []probe{tcp(stranger, app, 53)},
		},
		"a named port of ingress is the pod's own": {
			policies: []string{`{podSelector: {}, ingress: [{ports: [{port: sql}]}]}`},
			allowed:  []probe{tcp(stranger, database, 3306), tcp(stranger, valkey, 6379)},
			refused:  []probe{tcp(stranger, database, 6379), tcp(stranger, valkey, 3306), tcp(stranger, app, 8080)},
		},
		"a named port of egress is that of the pod that is talked to": {
			policies: []string{`{podSelector: {matchLabels: {name: app}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}], ports: [{port: sql}]}]}`},
			allowed:  []probe{tcp(app, database, 3306), tcp(app, valkey, 6379)},
			refused:  []probe{tcp(app, database, 6379), tcp(app, valkey, 3306)},
		},
		"a named port of egress to anyone is that of any pod": {
			policies: []string{`{podSelector: {matchLabels: {name: app}}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}`},
			allowed:  []probe{tcp(app, stranger, 9000)},
			refused:  []probe{tcp(app, stranger, 8080), {app.Address, outside, corev1.ProtocolTCP, 9000}},
		},
		"a rule whose peers match nobody allows nobody": {
			policies: []string{`{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {name: nobody}}}]}]}`},
			refused:  []probe{tcp(app, database, 3306), tcp(stranger, database, 3306)},
		},
		"a policy that can't be understood allows nothing": {
			policies: []string{`{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{ipBlock: {cidr: nonsense}}]}], egress: [{}]}`},
			refused:  []probe{tcp(app, database, 3306), tcp(app, stranger, 9000)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := world(t, test.policies)
			// What can't be understood is a case of its own above.
			rules, _ := Compile(cluster)
			for _, probe := range test.allowed {
				if !allows(rules, probe) {
					t.Errorf("%v is refused", probe)
				}
			}
			for _, probe := range test.refused {
				if allows(rules, probe) {
					t.Errorf("%v is allowed", probe)
				}
			}
		})
	}
}

func TestABrokenPolicyIsReported(t *testing.T) {
	_, err := Compile(world(t, []string{`{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: nonsense}}]}]}`}))
	if err == nil {
		t.Fatal("nothing is said of it")
	}
}

func TestAPodWithoutAnAddressOfItsOwnHasNoRules(t *testing.T) {
	host := app.Object.DeepCopy()
	host.Spec.HostNetwork = true
	done := app.Object.DeepCopy()
	done.Status.Phase = corev1.PodSucceeded
	for _, object := range []*corev1.Pod{host, done} {
		object.Status.PodIP = "10.0.0.1"
		if address, ok := addressOf(object, nil); ok {
			t.Errorf("%s has %s", object.Name, address)
		}
	}
}

// allows is what the kernel's table does with the first packet of a connection.
func allows(rules Rules, p probe) bool {
	for _, direction := range []struct {
		rules map[netip.Addr][]Rule
		pod   netip.Addr
		peer  netip.Addr
	}{{rules.Egress, p.from, p.to}, {rules.Ingress, p.to, p.from}} {
		own, isolated := direction.rules[direction.pod]
		if isolated && !slices.ContainsFunc(own, func(rule Rule) bool { return matches(rule, direction.peer, p) }) {
			return false
		}
	}
	return true
}

func matches(rule Rule, peer netip.Addr, p probe) bool {
	inBlock := slices.ContainsFunc(rule.Peers.Blocks, func(block Block) bool {
		return block.Prefix.Contains(peer) &&
			!slices.ContainsFunc(block.Except, func(except netip.Prefix) bool { return except.Contains(peer) })
	})
	if !rule.Peers.Anyone && !slices.Contains(rule.Peers.Pods, peer) && !inBlock {
		return false
	}
	return len(rule.Ports) == 0 || slices.ContainsFunc(rule.Ports, func(ports Ports) bool {
		return ports.Protocol == p.protocol && (ports.From == 0 || ports.From <= p.port && p.port <= ports.To)
	})
}

// world is all pods, with policies, given by their specs, in the namespace shop.
func world(t *testing.T, specs []string) Cluster {
	t.Helper()
	cluster := Cluster{Pods: []Pod{app, database, valkey, stranger, traefik}}
	for _, name := range []string{"shop", "other", "traefik"} {
		cluster.Namespaces = append(cluster.Namespaces, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: name, Labels: map[string]string{corev1.LabelMetadataName: name},
		}})
	}
	for _, spec := range specs {
		policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: spec}}
		if err := yaml.UnmarshalStrict([]byte(spec), &policy.Spec); err != nil {
			t.Fatal(err)
		}
		cluster.Policies = append(cluster.Policies, policy)
	}
	return cluster
}

func pod(namespace, name, address string, ports ...corev1.ContainerPort) Pod {
	return Pod{
		Object: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"name": name}},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Ports: ports}}},
		},
		Address: netip.MustParseAddr(address),
	}
}

func port(name string, number int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: number}
}
