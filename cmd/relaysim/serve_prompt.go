package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/term"

	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/serve"
)

// seat is where the person sits who plays the users.
type seat struct {
	read     func() (string, error)
	label    func(string) // shows what stands before the next line
	out, log io.Writer
	leave    func() // gives the terminal back
	person   bool   // not a script
	timeline report.TimelineOptions
}

// runPrompt serves, shows what goes on, and does what is typed, until ctx ends
// or somebody says so.
func runPrompt(ctx context.Context, p program, flags serveFlags, s *serve.Server, ln net.Listener) error {
	at := newSeat(p)
	defer at.leave()
	fmt.Fprintf(at.log, "the connector is at http://%s (Ctrl-C ends it, :help says what can be typed)\n", ln.Addr())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()

	console := serve.NewConsole(s, serve.ConsoleOptions{Chat: at.out, Log: at.log, Timeline: at.timeline, Quiet: flags.quiet})
	looking, look := context.WithCancel(context.Background())
	var showing sync.WaitGroup
	showing.Go(func() { console.Run(looking) })

	prompt := &serve.Prompt{Server: s, Console: console, Out: at.out}
	prompt.Start()
	failed := at.run(ctx, prompt, served)
	stop()
	err := <-served
	look() // what is left is shown first
	showing.Wait()
	switch {
	case err != nil:
		return failure(err.Error())
	case failed > 0:
		return failure(count(failed, "line") + " failed")
	}
	return nil
}

// run does what is typed until the end. The reading goroutine is left behind
// where it waits for a line: nothing can wake it but the end of the process.
func (at *seat) run(ctx context.Context, prompt *serve.Prompt, served chan error) (failed int) {
	type typed struct {
		line string
		err  error
	}
	lines, wanted := make(chan typed), make(chan struct{}, 1)
	go func() {
		for range wanted {
			line, err := at.read()
			select {
			case lines <- typed{line, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	defer close(wanted)
	for n := 1; !prompt.Quit(); n++ {
		at.label(prompt.Label())
		wanted <- struct{}{}
		var got typed
		select {
		case got = <-lines:
		case <-ctx.Done():
			return failed
		case err := <-served: // the listener is broken
			served <- err
			return failed
		}
		if got.err != nil {
			return failed + at.atEnd(ctx, got.err, served)
		}
		if err := prompt.Do(ctx, got.line); err != nil {
			failed++
			if at.person {
				failed = 0
				fmt.Fprintln(at.out, err)
			} else {
				fmt.Fprintf(at.log, "relaysim: stdin:%d: %v\n", n, err)
			}
		}
	}
	return failed
}

// atEnd is what the end of stdin means: a person goes, a script leaves the
// connector up.
func (at *seat) atEnd(ctx context.Context, err error, served chan error) (failed int) {
	if !errors.Is(err, io.EOF) {
		fmt.Fprintf(at.log, "relaysim: stdin: %v\n", err)
		failed = 1
	}
	if at.person {
		return failed
	}
	select {
	case <-ctx.Done():
	case err := <-served:
		served <- err
	}
	return failed
}

// maxTyped bounds one line of a script, in bytes.
const maxTyped = 1 << 20

// newSeat is the terminal, where there is one on both sides, else the lines of
// stdin.
func newSeat(p program) *seat {
	width, tty := terminal(p.stdout)
	at := &seat{
		out: p.stdout, log: p.stderr, label: func(string) {}, leave: func() {},
		timeline: report.TimelineOptions{Colour: tty && p.env("NO_COLOR") == "", Width: width},
	}
	if _, logged := terminal(p.stderr); !logged {
		at.timeline = report.TimelineOptions{}
	}
	in, isFile := p.stdin.(*os.File)
	if tty && isFile && term.IsTerminal(int(in.Fd())) && p.env("TERM") != "dumb" {
		if before, err := term.MakeRaw(int(in.Fd())); err == nil {
			at.sitDown(p, in, before)
			return at
		}
	}
	scan := bufio.NewScanner(p.stdin)
	scan.Buffer(nil, maxTyped)
	at.read = func() (string, error) {
		if scan.Scan() {
			return scan.Text(), nil
		}
		if err := scan.Err(); err != nil {
			return "", err
		}
		return "", io.EOF
	}
	return at
}

// sitDown lets lines be edited while others are written above them.
func (at *seat) sitDown(p program, in *os.File, before *term.State) {
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, p.stdout}, "")
	resize := func() {
		if width, height, err := term.GetSize(int(in.Fd())); err == nil && width > 0 {
			_ = screen.SetSize(width, height)
		}
	}
	resize()
	at.person, at.out = true, screen
	if _, logged := terminal(p.stderr); logged {
		at.log = screen
	}
	at.label = func(label string) { screen.SetPrompt(label) }
	at.read = func() (string, error) {
		resize()
		return screen.ReadLine()
	}
	at.leave = func() {
		screen.SetPrompt("")
		_ = term.Restore(int(in.Fd()), before)
		fmt.Fprintln(p.stdout)
	}
}
