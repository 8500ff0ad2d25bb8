package netpolicy

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"

	"store-platform.dev/node/internal/podhook"
)

const (
	// A pod is known to the API server before the kubelet starts it; the agent
	// may hear of it a little later than the kubelet.
	knownLimit = 5 * time.Second
	knownEvery = 10 * time.Millisecond
	retryAfter = time.Second
)

// Agent keeps the kernel's table at what the policies say.
type Agent struct {
	policies   networkinglisters.NetworkPolicyLister
	namespaces corelisters.NamespaceLister
	pods       corelisters.PodLister
	kernel     *kernel

	// changed holds a token when something has changed since the last sync.
	changed chan struct{}
	// waiting are those who wait for a sync that begins after they asked.
	waiting chan chan error

	mu sync.Mutex
	// attached are the pods whose address the CNI plugin told, which is before
	// the kubelet reports it.
	attached map[types.UID]netip.Addr
}

var _ podhook.Pods = (*Agent)(nil)

// Run enforces policies until ctx is done.
func Run(ctx context.Context, kubeconfig string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	kernel, err := newKernel()
	if err != nil {
		return fmt.Errorf("nftables can't be used: %w", err)
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	agent := &Agent{
		policies:   factory.Networking().V1().NetworkPolicies().Lister(),
		namespaces: factory.Core().V1().Namespaces().Lister(),
		pods:       factory.Core().V1().Pods().Lister(),
		kernel:     kernel,
		changed:    make(chan struct{}, 1),
		waiting:    make(chan chan error),
		attached:   make(map[types.UID]netip.Addr),
	}
	onChange := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { agent.notice() },
		UpdateFunc: func(any, any) { agent.notice() },
		DeleteFunc: func(object any) {
			agent.forget(object)
			agent.notice()
		},
	}
	for _, informer := range []cache.SharedIndexInformer{
		factory.Networking().V1().NetworkPolicies().Informer(),
		factory.Core().V1().Namespaces().Informer(),
		factory.Core().V1().Pods().Informer(),
	} {
		if _, err := informer.AddEventHandler(onChange); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("could not list %s: %w", kind, context.Cause(ctx))
		}
	}
	// From here on pods can start: policies are known.
	listener, err := podhook.Listen(agent)
	if err != nil {
		return err
	}
	defer listener.Close()
	agent.loop(ctx)
	return nil
}

// loop is the only one to touch the kernel's table. Changes that come while it
// is busy are taken together.
func (a *Agent) loop(ctx context.Context) {
	for {
		var waiters []chan error
		select {
		case <-ctx.Done():
			return
		case <-a.changed:
		case waiter := <-a.waiting:
			waiters = append(waiters, waiter)
		}
		waiters = append(waiters, a.moreWaiters()...)
		err := a.sync(ctx)
		if err != nil {
			log.Printf("the policies could not be brought into force: %v", err)
			time.AfterFunc(retryAfter, a.notice)
		}
		for _, waiter := range waiters {
			waiter <- err
		}
	}
}

func (a *Agent) moreWaiters() []chan error {
	var waiters []chan error
	for {
		select {
		case waiter := <-a.waiting:
			waiters = append(waiters, waiter)
		default:
			return waiters
		}
	}
}

func (a *Agent) notice() {
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *Agent) sync(ctx context.Context) error {
	cluster, err := a.cluster()
	if err != nil {
		return err
	}
	rules, err := Compile(cluster)
	if err != nil {
		log.Print(err)
	}
	return a.kernel.apply(ctx, render(rules))
}

func (a *Agent) cluster() (Cluster, error) {
	var cluster Cluster
	var err error
	if cluster.Policies, err = a.policies.List(labels.Everything()); err != nil {
		return cluster, err
	}
	if cluster.Namespaces, err = a.namespaces.List(labels.Everything()); err != nil {
		return cluster, err
	}
	pods, err := a.pods.List(labels.Everything())
	if err != nil {
		return cluster, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, pod := range pods {
		if address, ok := addressOf(pod, a.attached); ok {
			cluster.Pods = append(cluster.Pods, Pod{pod, address})
		}
	}
	return cluster, nil
}

// addressOf is the address that is the pod's alone. A pod of the host's network
// has none, and one that has ended has given it back.
func addressOf(pod *corev1.Pod, attached map[types.UID]netip.Addr) (netip.Addr, bool) {
	if pod.Spec.HostNetwork || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return netip.Addr{}, false
	}
	if address, ok := attached[pod.UID]; ok {
		return address, true
	}
	address, err := netip.ParseAddr(pod.Status.PodIP)
	return address, err == nil && address.Is4()
}

// Attach returns when the policies of a pod that is about to start are in force.
func (a *Agent) Attach(pod podhook.Pod) error {
	for deadline := time.Now().Add(knownLimit); !a.knows(pod); time.Sleep(knownEvery) {
		if time.Now().After(deadline) {
			return fmt.Errorf("pod %s/%s is not known to the network policy agent", pod.Namespace, pod.Name)
		}
	}
	a.mu.Lock()
	a.attached[types.UID(pod.UID)] = pod.Address
	a.mu.Unlock()
	done := make(chan error, 1)
	select {
	case a.waiting <- done:
		return <-done
	case <-time.After(knownLimit):
		return errors.New("the network policy agent is too busy")
	}
}

func (a *Agent) knows(pod podhook.Pod) bool {
	known, err := a.pods.Pods(pod.Namespace).Get(pod.Name)
	return err == nil && string(known.UID) == pod.UID
}

// Detach forgets the address of a pod. Another sandbox of the same pod may have
// got another one meanwhile.
func (a *Agent) Detach(pod podhook.Pod) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.attached[types.UID(pod.UID)] == pod.Address {
		delete(a.attached, types.UID(pod.UID))
		a.notice()
	}
	return nil
}

// forget drops what is known of a deleted pod.
func (a *Agent) forget(object any) {
	if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = gone.Obj
	}
	if pod, ok := object.(*corev1.Pod); ok {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.attached, pod.UID)
	}
}
