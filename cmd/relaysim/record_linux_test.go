package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// A file that gets full costs the recording, not the session, and the exit
// status says so.
func TestRecordFullDisk(t *testing.T) {
	t.Parallel()
	r := startRecorder(t, listening, "--listen", "0")
	limit := syscall.Rlimit{Cur: 2000, Max: 2000}
	if err := setFileSize(r.cmd.Process.Pid, &limit); err != nil {
		t.Skip(err)
	}
	ws := r.dial(t)
	for n := range 50 {
		if err := say(t, ws, n); err != nil {
			t.Fatal(err)
		}
	}
	for r.stderr.Scan() && !strings.Contains(r.stderr.Text(), "is not complete: ") {
	}
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for r.stderr.Scan() {
	}
	var exit *exec.ExitError
	if err := r.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != statusFailed {
		t.Errorf("got %v", err)
	}
	if list, ended, _ := r.readBack(t); ended || len(list) < 3 {
		t.Errorf("got %d lines, ended %v", len(list), ended)
	}
}

// setFileSize bounds how large a file another process may write.
func setFileSize(pid int, limit *syscall.Rlimit) error {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(pid), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(limit)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
