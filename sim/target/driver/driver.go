// Package driver is a target that is another program: it starts the program,
// speaks the driver protocol with it over stdin and stdout (see PROTOCOL.md
// beside package target), and passes what it reports to the agent of the run.
// The program is not trusted: whatever it does wrong, or does not do in time,
// is a Fault that ends it.
//
// Start reading at New, then process.receive and life.Run.
package driver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/contract"
	"github.com/relaysim/relaysim/sim/spell"
	"github.com/relaysim/relaysim/sim/target"
)

// Options says which program it is and how patient relaysim is with it, in real
// time.
type Options struct {
	// Command is run by the shell. It is required.
	Command string
	// Dir is where it runs. Empty means the working directory.
	Dir string
	// Hello bounds the time from the start of the program to its hello. Zero means
	// 30 s: an interpreter on a busy machine takes its time.
	Hello time.Duration
	// Answer bounds the answer to sync, advance, kill and reset, and the time for
	// which the program may leave its stdin unread. Zero means 5 s.
	Answer time.Duration
	// Stop bounds the time from stop to the end of the program. Zero means 2 s.
	Stop time.Duration
	// Fresh starts a program for each run, even if one can be reset.
	Fresh bool
	// Stderr takes what the program prints to its stderr and logs, each line with
	// the name before it that its hello has said, until then the command's. Nil discards. It must take lines from several
	// goroutines.
	Stderr io.Writer
	// Lines takes each line of the protocol as it crosses, behind the program's PID
	// and > to it or < from it, without the secrets that it was started with. Nil
	// discards. It must take lines from several goroutines.
	Lines io.Writer
	// Heard is told of each line that the program prints, to stdout or stderr, as
	// it is, by whoever reads it. Nil: nobody is.
	Heard func(line []byte)
}

func (o *Options) fill() error {
	if strings.TrimSpace(o.Command) == "" {
		return errors.New("driver: no command given")
	}
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{{&o.Hello, 30 * time.Second}, {&o.Answer, 5 * time.Second}, {&o.Stop, 2 * time.Second}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return nil
}

// program is what the command runs: what a program is called until its hello
// has said its name.
func (o *Options) program() string {
	words := strings.Fields(o.Command)
	for _, word := range words {
		if word != "exec" && !strings.Contains(word, "=") {
			return path.Base(strings.Trim(word, `'"`))
		}
	}
	return words[0]
}

// Driver is a program under test. Its methods may be called from any goroutine.
type Driver struct {
	o     Options
	about target.Description

	mu   sync.Mutex
	idle []*process // Guarded by mu. They have been reset, or are new.
}

// New starts the program, waits for its hello and keeps it for the first run.
// The caller closes the Driver. The error is a Fault where the program is to
// blame.
func New(ctx context.Context, o Options) (*Driver, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	d := &Driver{o: o}
	p, m, err := d.spawn(ctx)
	if err != nil {
		return nil, err
	}
	d.about = described(m)
	if o.Fresh {
		d.about.Can = slices.DeleteFunc(d.about.Can, func(what string) bool { return what == target.Reset })
	}
	d.idle = []*process{p}
	return d, nil
}

// described is what a hello says.
func described(m *message) target.Description {
	return target.Description{
		Name: m.Name, Version: m.Version, Revisions: m.Revision, Can: m.Can, Options: m.Options, Lacks: m.Lacks,
	}
}

// Describe says what the program's hello said.
func (d *Driver) Describe() target.Description { return d.about }

// Bench makes room for one gateway.
func (d *Driver) Bench(a target.Agent) target.Bench { return &bench{driver: d, agent: a} }

// Close stops the programs that are idle. Every bench is closed by then.
func (d *Driver) Close() error {
	d.mu.Lock()
	idle := d.idle
	d.idle = nil
	d.mu.Unlock()
	var all sync.WaitGroup
	errs := make([]error, len(idle))
	for i, p := range idle {
		all.Go(func() { errs[i] = p.stop() })
	}
	all.Wait()
	return errors.Join(errs...)
}

// spawn starts the program and waits for its hello.
func (d *Driver) spawn(ctx context.Context) (*process, *message, error) {
	p, err := spawn(&d.o)
	if err != nil {
		return nil, nil, &Fault{Command: d.o.Command, Text: "it cannot be started: " + err.Error()}
	}
	limit := time.NewTimer(d.o.Hello)
	defer limit.Stop()
	select {
	case m := <-p.greeted:
		if err = check(m); err == nil {
			p.said.call(m.Name)
			return p, m, nil
		}
		p.fail(err)
	case <-p.broken:
	case <-ctx.Done():
		p.end()
		return nil, nil, context.Cause(ctx)
	case <-limit.C:
		p.late(fmt.Errorf(`it did not say hello within %v: print {"type":"hello","protocol":%d,…} and flush stdout when it begins`, d.o.Hello, Protocol))
	}
	<-p.Gone()
	err = p.failed()
	if said := p.said.last(); len(said) > 0 {
		err = fmt.Errorf("%w\nit printed:\n  %s", err, strings.Join(said, "\n  "))
	}
	return nil, nil, err
}

var area = regexp.MustCompile(`^[A-Z]+$`)

// check refuses a hello that says something nobody understands.
func check(m *message) error {
	switch {
	case m.Protocol != Protocol:
		return fmt.Errorf("its hello is of protocol %d: this relaysim speaks %d", m.Protocol, Protocol)
	case m.Name == "":
		return errors.New("its hello has no name")
	case len(m.Revision) == 0:
		return errors.New("its hello names no revision, such as 2026-08")
	}
	for _, r := range m.Revision {
		if _, err := wire.ParseRevision(r); err != nil {
			return fmt.Errorf("its hello: revision: %w", err)
		}
	}
	if err := checkNames("can", m.Can, append(target.Abilities(), target.Calls()...)); err != nil {
		return err
	}
	if err := checkNames("options", m.Options, target.Options()); err != nil {
		return err
	}
	rule := contract.Known()
	for _, l := range m.Lacks {
		if !rule(l) && !(area.MatchString(l) && rule(l+"-1")) {
			return fmt.Errorf("its hello lacks %s, which is no rule of the contract and no area of it", l)
		}
	}
	return nil
}

func checkNames(list string, names, known []string) error {
	for _, name := range names {
		found := false
		for _, k := range known {
			found = found || k == name
		}
		if !found {
			return fmt.Errorf("its hello has %q in %s, which nobody knows%s", name, list, spell.DidYouMean(name, known))
		}
	}
	return nil
}

// lease takes an idle program, or starts one.
func (d *Driver) lease(ctx context.Context) (*process, error) {
	d.mu.Lock()
	n := len(d.idle)
	if n > 0 {
		p := d.idle[n-1]
		d.idle = d.idle[:n-1]
		d.mu.Unlock()
		return p, nil
	}
	d.mu.Unlock()
	p, _, err := d.spawn(ctx)
	return p, err
}

// release takes a program back that a run no longer needs. The error is what is
// wrong with its end.
func (d *Driver) release(p *process) error {
	if !d.about.Able(target.Reset) {
		return p.stop()
	}
	if _, err := p.ask(context.Background(), target.Reset); err != nil {
		_ = p.stop() // it is in no list any more; what was wrong is err
		return err
	}
	p.renew()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.idle = append(d.idle, p)
	return nil
}
