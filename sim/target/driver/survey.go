package driver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/target"
)

// Finding is what came of one thing that every driver must do.
type Finding struct {
	What string // it must do
	Saw  string // what it did instead; empty where it is well
	Do   string // instead
}

// Survey looks at what a driver does without a life of its gateway: its hello, a
// message and a field that it cannot know, and its end. Each beginning and end is
// a program of its own. A driver that does not begin has the first finding only.
func Survey(ctx context.Context, o Options) (target.Description, []Finding, error) {
	if err := o.fill(); err != nil {
		return target.Description{}, nil, err
	}
	d := &Driver{o: o}
	greets := Finding{
		What: "it starts and says hello in time",
		Do:   "run the command by hand: it must go on, print one hello when it begins, and flush stdout. See From the driver, hello",
	}
	p, m, err := d.spawn(ctx)
	switch {
	case ctx.Err() != nil:
		return target.Description{}, nil, context.Cause(ctx)
	case err != nil:
		greets.Saw = textOf(err)
		return target.Description{}, []Finding{greets}, nil
	}
	d.about = described(m)
	list := append([]Finding{greets}, p.newer(ctx, d.about.Able(target.Sync))...)
	for _, end := range []struct {
		what, do string
		stop     bool
	}{
		{"it ends soon after stop, with exit status 0", "end when stop comes. See From relaysim, stop", true},
		{"it ends soon after its stdin has ended", "end when stdin ends: relaysim may have died", false},
	} {
		if p == nil || p.failed() != nil { // each end is of a program of its own
			if p, _, err = d.spawn(ctx); err != nil {
				list = append(list, Finding{What: end.what, Saw: textOf(err), Do: end.do})
				continue
			}
		}
		list = append(list, p.ends(end.what, end.do, end.stop))
		p = nil
	}
	return d.about, list, context.Cause(ctx)
}

// textOf is a fault without the command, which everything else is about too.
func textOf(err error) string {
	var f *Fault
	if errors.As(err, &f) {
		return strings.ReplaceAll(err.Error(), f.Error(), f.Text)
	}
	return err.Error()
}

// newer sends what only a newer relaysim would.
func (p *process) newer(ctx context.Context, sync bool) []Finding {
	const do = "leave what you do not know alone, as the contract does (FR-4). See From relaysim"
	p.write(plainMessage{Type: "of_a_newer_relaysim"})
	if !sync {
		return nil // whether it lives on is seen when it is told to end
	}
	typ := Finding{What: "a message of an unknown type is survived", Do: do}
	if _, err := p.ask(ctx, target.Sync); err != nil {
		typ.Saw = textOf(err)
		return []Finding{typ}
	}
	field := Finding{What: "an unknown field is survived", Do: do}
	_, err := p.question(ctx, target.Sync, func(id int64) any {
		return map[string]any{"type": target.Sync, "id": id, "of_a_newer_relaysim": map[string]any{"x": 1}}
	})
	if err != nil {
		field.Saw = textOf(err)
	}
	return []Finding{typ, field}
}

// ends ends the program, by stop or by the end of its stdin alone.
func (p *process) ends(what, do string, stop bool) Finding {
	f := Finding{What: what, Do: do}
	began := time.Now()
	err := p.failed()
	switch {
	case err != nil:
		<-p.Gone()
	case stop:
		err = p.stop()
	default:
		err = p.hangUp()
	}
	switch code := p.ExitCode(); {
	case err != nil:
		f.Saw = textOf(err)
	case code != 0:
		f.Saw = fmt.Sprintf("it ended after %v with exit status %d", time.Since(began).Round(time.Millisecond), code)
	}
	return f
}

// hangUp ends the program's stdin and says nothing.
func (p *process) hangUp() error {
	p.mu.Lock()
	p.stopping = true
	p.mu.Unlock()
	return p.depart("the end of its stdin")
}
