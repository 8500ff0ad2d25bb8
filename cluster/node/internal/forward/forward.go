// Package forward carries connections from a listener on the host's loopback
// to an address inside the node. The listeners were opened outside and handed
// in, so this needs no privilege and no switching of namespaces.
package forward

import (
	"errors"
	"io"
	"log"
	"net"
	"sync"
	"time"
)

const dialTimeout = 5 * time.Second

// Serve accepts until the listener is closed.
func Serve(listener net.Listener, target string) {
	for {
		outside, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			log.Printf("forward to %s: accept: %v", target, err)
			continue
		}
		go carry(outside, target)
	}
}

func carry(outside net.Conn, target string) {
	defer outside.Close()
	inside, err := net.DialTimeout("tcp", target, dialTimeout)
	if err != nil {
		// Nothing listens inside yet: the caller sees a closed connection.
		return
	}
	defer inside.Close()
	var both sync.WaitGroup
	both.Go(func() { pipe(inside, outside) })
	both.Go(func() { pipe(outside, inside) })
	both.Wait()
}

// pipe copies until the source ends, then tells the other side that no more
// will come, while what it still has to say can pass.
func pipe(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if err != nil {
		// One broken direction breaks the connection.
		from.Close()
		to.Close()
		return
	}
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		half.CloseWrite() //nolint:errcheck // the peer may be gone already
	}
}
