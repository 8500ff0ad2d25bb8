package forward

import (
	"io"
	"net"
	"testing"
	"time"
)

func TestWhatIsSaidPassesBothWaysAfterOneSideHasEnded(t *testing.T) {
	inside := listen(t)
	go func() {
		connection, err := inside.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		// Answers only when it has heard all of the question.
		question, _ := io.ReadAll(connection)
		connection.Write(append([]byte("you said "), question...)) //nolint:errcheck // the reader would miss it
	}()
	connection := dialThrough(t, inside.Addr().String())
	if _, err := connection.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(connection); err != nil || string(answer) != "you said hello" {
		t.Errorf("got %q, %v", answer, err)
	}
}

func TestAConnectionEndsWhenNobodyIsInside(t *testing.T) {
	inside := listen(t)
	inside.Close()
	if answer, err := io.ReadAll(dialThrough(t, inside.Addr().String())); err != nil || len(answer) > 0 {
		t.Errorf("got %q, %v", answer, err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func dialThrough(t *testing.T, target string) net.Conn {
	t.Helper()
	outside := listen(t)
	go Serve(outside, target)
	connection, err := net.Dial("tcp", outside.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return connection
}
