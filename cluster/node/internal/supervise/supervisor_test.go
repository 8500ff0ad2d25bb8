package supervise

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"store-platform.dev/node/internal/plan"
)

const limit = 20 * time.Second

// A test program has one loop that waits for children, like process 1.
var reaper = NewReaper()

func TestAProcessThatEndsIsStartedAgain(t *testing.T) {
	supervisor, dir := newSupervisor(t)
	ctx, cancel := context.WithCancel(t.Context())
	started := filepath.Join(dir, "started")
	if err := supervisor.Keep(ctx, shell("ends", "echo x >>"+started)); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool {
		text, _ := os.ReadFile(started)
		return strings.Count(string(text), "x") >= 2
	})
	cancel()
	if err := supervisor.Wait(limit); err != nil {
		t.Error(err)
	}
}

func TestAProcessIsAskedToEnd(t *testing.T) {
	supervisor, dir := newSupervisor(t)
	ctx, cancel := context.WithCancel(t.Context())
	if err := supervisor.Keep(ctx, shell("asked", "trap 'echo ended well; exit' TERM; echo runs; while :; do sleep 0.05; done")); err != nil {
		t.Fatal(err)
	}
	says := func(text string) bool {
		said, _ := os.ReadFile(filepath.Join(dir, "asked.log"))
		return strings.Contains(string(said), text)
	}
	await(t, func() bool { return says("runs") })
	cancel()
	if err := supervisor.Wait(limit); err != nil {
		t.Fatal(err)
	}
	if !says("ended well") {
		t.Error("it was killed")
	}
}

func TestACommandThatFailsSaysWhy(t *testing.T) {
	supervisor, _ := newSupervisor(t)
	err := supervisor.Run(t.Context(), "/bin/sh", "-c", "echo no such image >&2; exit 3")
	if err == nil || !strings.Contains(err.Error(), "exit code 3: no such image") {
		t.Errorf("got %v", err)
	}
}

func TestACommandThatHangsIsGivenUp(t *testing.T) {
	supervisor, _ := newSupervisor(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := supervisor.Run(ctx, "/bin/sleep", "60"); err == nil {
		t.Error("it succeeded")
	}
}

func newSupervisor(t *testing.T) (*Supervisor, string) {
	t.Helper()
	dir := t.TempDir()
	return New(reaper, dir, os.Environ()), dir
}

func shell(name, script string) plan.Process {
	return plan.Process{Name: name, Args: []string{"/bin/sh", "-c", script}}
}

func await(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
	}
}
