// Package podhook tells the network policy agent of each pod as soon as the pod
// has an address, and waits until its policies are in force. The kubelet reports
// the address to the API server only after the pod's processes have started,
// which would leave them some moments without policies.
//
// It is spoken by two programs: the agent, and a CNI plugin that must start fast
// and so imports nothing of Kubernetes.
package podhook

import (
	"fmt"
	"net"
	"net/netip"
	"net/rpc"
	"os"
	"time"
)

// Socket is where the agent listens, in the node's own /run.
const Socket = "/run/store-platform/network-policy.sock"

// callLimit is how long a pod's start may wait for its policies.
const callLimit = 15 * time.Second

const service = "Pods"

// Pod is a pod's sandbox that has got an address or gives it back.
type Pod struct {
	Namespace, Name, UID string
	Address              netip.Addr
}

// Pods is what the agent does about them.
type Pods interface {
	// Attach returns when the pod's policies are in force.
	Attach(Pod) error
	Detach(Pod) error
}

type server struct{ pods Pods }

// Attach is called by the plugin.
func (s server) Attach(pod Pod, _ *struct{}) error { return s.pods.Attach(pod) }

// Detach is called by the plugin.
func (s server) Detach(pod Pod, _ *struct{}) error { return s.pods.Detach(pod) }

// Listen serves the plugin's calls until the listener is closed.
func Listen(pods Pods) (net.Listener, error) {
	calls := rpc.NewServer()
	if err := calls.RegisterName(service, server{pods}); err != nil {
		return nil, err
	}
	// A socket that an earlier agent left is in the way, and nobody's.
	if err := os.Remove(Socket); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	listener, err := net.Listen("unix", Socket)
	if err != nil {
		return nil, err
	}
	go calls.Accept(listener)
	return listener, nil
}

// Attach tells the agent of a new pod.
func Attach(pod Pod) error { return call("Attach", pod) }

// Detach tells the agent that the pod's address is free again.
func Detach(pod Pod) error { return call("Detach", pod) }

func call(method string, pod Pod) error {
	connection, err := net.Dial("unix", Socket)
	if err != nil {
		return fmt.Errorf("the network policy agent does not answer: %w", err)
	}
	if err := connection.SetDeadline(time.Now().Add(callLimit)); err != nil {
		return err
	}
	client := rpc.NewClient(connection)
	defer client.Close()
	return client.Call(service+"."+method, pod, &struct{}{})
}
