package supervise

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"store-platform.dev/node/internal/plan"
)

const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 10 * time.Second
	// A process that ran this long was well: when it ends it is started again
	// without a longer and longer pause.
	healthyAfter = 30 * time.Second
)

// Supervisor keeps processes running until it is told to stop.
type Supervisor struct {
	reaper *Reaper
	logs   string
	env    []string
	loops  sync.WaitGroup

	mu   sync.Mutex
	pids map[string]int
}

// New makes a supervisor that writes each process's output to LOGS/NAME.log.
func New(reaper *Reaper, logs string, env []string) *Supervisor {
	return &Supervisor{reaper: reaper, logs: logs, env: env, pids: make(map[string]int)}
}

// Keep starts a process, and again whenever it ends, until ctx is done; then
// it is asked to end.
func (s *Supervisor) Keep(ctx context.Context, process plan.Process) error {
	ended, err := s.start(process)
	if err != nil {
		return err
	}
	s.loops.Go(func() { s.loop(ctx, process, ended) })
	return nil
}

func (s *Supervisor) loop(ctx context.Context, process plan.Process, ended <-chan unix.WaitStatus) {
	pause := shortestPause
	for {
		started := time.Now()
		select {
		case <-ctx.Done():
			s.terminate(process.Name)
			<-ended
			return
		case status := <-ended:
			log.Printf("%s ended (%s) and is started again", process.Name, describe(status))
		}
		if time.Since(started) > healthyAfter {
			pause = shortestPause
		}
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			pause = min(2*pause, longestPause)
			var err error
			if ended, err = s.start(process); err == nil {
				break
			}
			log.Print(err)
		}
	}
}

// Wait blocks until every process has ended, at most so long.
func (s *Supervisor) Wait(limit time.Duration) error {
	all := make(chan struct{})
	go func() {
		s.loops.Wait()
		close(all)
	}()
	select {
	case <-all:
		return nil
	case <-time.After(limit):
		return fmt.Errorf("some processes did not end within %s", limit)
	}
}

// Run runs a command to its end, and fails with its output when it fails.
func (s *Supervisor) Run(ctx context.Context, args ...string) error {
	// A file, because a pipe would be drained by os/exec only in its own Wait.
	output, err := os.CreateTemp("", "output-")
	if err != nil {
		return err
	}
	defer os.Remove(output.Name())
	defer output.Close()
	command := exec.Command(args[0], args[1:]...)
	command.Env = s.env
	command.Stdout, command.Stderr = output, output
	ended, err := s.reaper.Start(command)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		unix.Kill(command.Process.Pid, unix.SIGKILL) //nolint:errcheck // it may have ended just now
		return fmt.Errorf("%s: %w", filepath.Base(args[0]), ctx.Err())
	case status := <-ended:
		if status.ExitStatus() == 0 {
			return nil
		}
		said, _ := os.ReadFile(output.Name())
		return fmt.Errorf("%s: %s: %s", filepath.Base(args[0]), describe(status), bytes.TrimSpace(said))
	}
}

func (s *Supervisor) start(process plan.Process) (<-chan unix.WaitStatus, error) {
	output, err := os.OpenFile(filepath.Join(s.logs, process.Name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	command := exec.Command(process.Args[0], process.Args[1:]...)
	command.Env = s.env
	command.Stdout, command.Stderr = output, output
	ended, err := s.reaper.Start(command)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", process.Name, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pids[process.Name] = command.Process.Pid
	return ended, nil
}

func (s *Supervisor) terminate(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unix.Kill(s.pids[name], unix.SIGTERM) //nolint:errcheck // it may have ended just now
}

func describe(status unix.WaitStatus) string {
	if status.Signaled() {
		return status.Signal().String()
	}
	return fmt.Sprintf("exit code %d", status.ExitStatus())
}
