// Package program runs the programs of other people that hold what is under
// test: a line for the shell, its output line by line, and an end that leaves
// nothing behind, whatever the program has started itself. It knows nothing of
// what the lines say.
//
// Start reading at Start.
package program

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

const (
	// MaxLine bounds a line that a program prints to its stdout, in bytes.
	MaxLine = 4 << 20
	// MaxSaid bounds a line of its stderr, in bytes. What is longer comes in pieces.
	MaxSaid = 2000
	// drained is how long what an ended program has printed is waited for, since
	// what it has started may hold its pipes open.
	drained = 500 * time.Millisecond
)

// Options say what to run and who hears of it. All but Dir are required. The
// funcs are called by the goroutines of the Program, Printed and Over by the
// same one.
type Options struct {
	Command string
	Dir     string // empty: the working directory
	// Printed takes each line of stdout that is not blank, without what ends it. It
	// is the callee's only during the call. After an error nothing is taken any more.
	Printed func(line []byte) error
	// Said takes each line of stderr that is not blank, in the same way.
	Said func(line []byte)
	// Over is told once why the program is not heard any more, before Gone: the
	// error of Printed or a line that is too long, which are the program's end, or
	// how it ended.
	Over func(why error)
	// Mute is how long the program may go on once it has closed its stdout.
	Mute time.Duration
}

// Program is a command that runs, with all that it has started.
type Program struct {
	// In is its stdin. It takes deadlines.
	In *os.File

	cmd      *exec.Cmd
	out, err *os.File

	mute, ended, gone chan struct{}
}

// Start starts the command. Its goroutines are gone when Gone is closed, which
// comes when the program ends; Kill ends it.
func Start(o Options) (*Program, error) {
	var ends [6]*os.File
	for i := 0; i < len(ends); i += 2 {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(ends[:])
			return nil, err
		}
		ends[i], ends[i+1] = r, w
	}
	p := &Program{
		cmd: shell(o.Command), In: ends[1], out: ends[2], err: ends[4],
		mute: make(chan struct{}), ended: make(chan struct{}), gone: make(chan struct{}),
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr, p.cmd.Dir = ends[0], ends[3], ends[5], o.Dir
	group(p.cmd)
	if err := p.cmd.Start(); err != nil {
		closeAll(ends[:])
		return nil, err
	}
	closeAll([]*os.File{ends[0], ends[3], ends[5]}) // they are the program's
	go p.serve(o)
	return p, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close() // nil is no file, and says so
	}
}

// Mute is closed when the program has closed its stdout, or is not heard any more.
func (p *Program) Mute() <-chan struct{} { return p.mute }

// Ended is closed when the program has ended; what it printed may still be read.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// Gone is closed when the program and all that it had started are gone.
func (p *Program) Gone() <-chan struct{} { return p.gone }

// PID is the number that the operating system has for the shell that runs it.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// ExitCode is that of a program that has Ended.
func (p *Program) ExitCode() int { return p.cmd.ProcessState.ExitCode() }

// Kill ends the program and all that it has started, at once. It does not wait.
func (p *Program) Kill() {
	killGroup(p.cmd)
	soon := time.Now().Add(drained)
	p.out.SetReadDeadline(soon)
	p.err.SetReadDeadline(soon)
}

// serve reads what the program prints until it is gone.
func (p *Program) serve(o Options) {
	defer close(p.gone)
	var others sync.WaitGroup
	var exit error
	others.Go(func() { said(p.err, o.Said) })
	others.Go(func() {
		exit = p.cmd.Wait()
		close(p.ended)
		soon := time.Now().Add(drained)
		p.out.SetReadDeadline(soon)
		p.err.SetReadDeadline(soon)
	})
	why := p.read(o.Printed)
	if why != nil {
		o.Over(why)
		p.Kill()
	}
	close(p.mute)
	late := time.AfterFunc(o.Mute, func() { killGroup(p.cmd) })
	others.Wait()
	stayed := !late.Stop()
	killGroup(p.cmd) // what it has left behind
	switch {
	case why != nil:
	case stayed:
		o.Over(errors.New("it closed its stdout and went on: keep it open until the end"))
	default:
		o.Over(endOf(exit, o.Dir))
	}
	closeAll([]*os.File{p.In, p.out, p.err})
}

// What a shell's exit status says of the command.
const (
	notRunnable = 126
	notFound    = 127
)

// endOf says how a program ended that should not have.
func endOf(err error, dir string) error {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == notFound:
		return fmt.Errorf("the shell did not find the command (%s): want a name in PATH, or a path from %s", exit, cmp.Or(dir, "the working directory"))
	case errors.As(err, &exit) && exit.ExitCode() == notRunnable:
		return fmt.Errorf("the shell may not run the command (%s): make it executable, or put its interpreter before it", exit)
	case errors.As(err, &exit):
		return fmt.Errorf("it ended by itself (%s): it must run until it is told to stop", exit)
	case err != nil:
		return fmt.Errorf("it ended by itself: %w", err)
	}
	return errors.New("it ended by itself (exit status 0): it must run until it is told to stop or its stdin ends")
}

// read hands out lines until there are no more.
func (p *Program) read(printed func([]byte) error) error {
	b := bufio.NewReaderSize(p.out, 64<<10)
	var line []byte
	for {
		piece, err := b.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > MaxLine:
			return fmt.Errorf("it printed a line of more than %d bytes", MaxLine)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil:
			return nil // it has closed its stdout
		}
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 {
			if err := printed(trimmed); err != nil {
				return err
			}
		}
		line = line[:0]
	}
}

// said hands out the lines of stderr until there are no more.
func said(r *os.File, to func([]byte)) {
	b := bufio.NewReaderSize(r, MaxSaid)
	for {
		line, err := b.ReadSlice('\n')
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			to(line)
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}
