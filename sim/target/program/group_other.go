//go:build !unix

package program

import "os/exec"

// shell runs a command line as its user would type it.
func shell(line string) *exec.Cmd { return exec.Command("cmd", "/C", line) }

// group does nothing: there are no process groups here.
func group(*exec.Cmd) {}

// killGroup ends the process. What it started is left.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
