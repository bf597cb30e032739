//go:build unix

package program

import (
	"os/exec"
	"syscall"
)

// shell runs a command line as its user would type it.
func shell(line string) *exec.Cmd { return exec.Command("/bin/sh", "-c", line) }

// group makes cmd the leader of a process group of its own, so that what it
// starts ends with it.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends every process of the group at once.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
