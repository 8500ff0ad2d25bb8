// Package supervise is the first process of the node's process namespace: it
// starts the others, starts them again when they end, and collects the dead.
package supervise

import (
	"os"
	"os/exec"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// Reaper starts processes and waits for them. As process 1 it inherits every
// orphan of the node, containers' shims for example, so there is one loop that
// waits for any child and hands its end to whoever started it; os/exec's own
// waiting would compete with that.
type Reaper struct {
	mu      sync.Mutex
	waiting map[int]chan<- unix.WaitStatus
}

// NewReaper begins to collect ended children.
func NewReaper() *Reaper {
	r := &Reaper{waiting: make(map[int]chan<- unix.WaitStatus)}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, unix.SIGCHLD)
	go func() {
		for range ended {
			r.collect()
		}
	}()
	return r
}

// Start starts the command; the channel gets its status once, when it ends.
func (r *Reaper) Start(command *exec.Cmd) (<-chan unix.WaitStatus, error) {
	// Held until the process is known, so that its end can't be missed.
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := command.Start(); err != nil {
		return nil, err
	}
	status := make(chan unix.WaitStatus, 1)
	r.waiting[command.Process.Pid] = status
	return status, nil
}

func (r *Reaper) collect() {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		r.mu.Lock()
		if waiter, ok := r.waiting[pid]; ok {
			delete(r.waiting, pid)
			waiter <- status
		}
		r.mu.Unlock()
	}
}
