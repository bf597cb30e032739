// Package drivercheck tells the author of a driver what is missing or wrong, item
// by item. What a driver does with a life of its gateway is asked by playing
// probes, which are scenarios that stand on nothing but the item they are about;
// what it does without one is driver.Survey's. It prints nothing.
//
// Start reading at Run.
package drivercheck

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Outcome is how an item ended.
type Outcome string

// The outcomes.
const (
	OK         Outcome = "ok"
	Wrong      Outcome = "wrong"
	NotClaimed Outcome = "not claimed" // which is no fault, and costs scenarios
	NotTried   Outcome = "not tried"   // since something before it is wrong
)

// Item is one thing that was looked at.
type Item struct {
	What    string  `json:"item"`
	Outcome Outcome `json:"outcome"`
	Saw     string  `json:"saw,omitempty"` // what was seen, or what it costs that it is not claimed
	Do      string  `json:"do,omitempty"`  // where it is wrong; names the section of PROTOCOL.md
}

// Report is what a check found.
type Report struct {
	About target.Description
	Items []Item

	sessions map[string]bool // ids that were reported in a run before
}

// Count counts the items that ended so.
func (r *Report) Count(o Outcome) (n int) {
	for _, i := range r.Items {
		if i.Outcome == o {
			n++
		}
	}
	return n
}

// Run checks a driver. What it does not claim is weighed by the scenarios that use
// it. The error is not of the driver, but that it could not be checked, or ctx's
// cause.
func Run(ctx context.Context, o driver.Options, scenarios []*scenario.Scenario) (*Report, error) {
	probes, err := loadProbes()
	if err != nil {
		return nil, err
	}
	return check(ctx, o, probes, scenarios)
}

// check is Run with some of the probes.
func check(ctx context.Context, o driver.Options, probes, scenarios []*scenario.Scenario) (*Report, error) {
	ears := newEars(o.Heard)
	o.Heard = ears.hear
	about, findings, err := driver.Survey(ctx, o)
	if err != nil {
		return nil, err
	}
	r := &Report{About: about, sessions: map[string]bool{}}
	for _, f := range findings {
		r.add(f.What, f.Saw, f.Do)
	}
	if about.Name == "" {
		r.untried(probes...)
		return r, nil
	}
	if err := r.probe(ctx, o, probes, costs(scenarios)); err != nil {
		return nil, err
	}
	r.Items = append(r.Items, unprobed(about, scenarios)...)
	r.add("no secret is printed", ears.leak(), "keep secret and the tokens made of it out of log, state, result and stderr: logs of a CI are public. See From the driver, log")
	return r, nil
}

func (r *Report) add(what, saw, do string) {
	if saw == "" {
		r.Items = append(r.Items, Item{What: what, Outcome: OK})
		return
	}
	r.Items = append(r.Items, Item{What: what, Outcome: Wrong, Saw: saw, Do: do})
}

func (r *Report) untried(probes ...*scenario.Scenario) {
	for _, p := range probes {
		r.Items = append(r.Items, Item{What: p.Name, Outcome: NotTried})
	}
}

// again is that a driver starts once more.
func (r *Report) again(err error) {
	r.add("it starts again", err.Error(), "it must be possible to start it several times")
}

// probe plays the probes of what the driver claims. A driver that does not reset is
// started for each from then on.
func (r *Report) probe(ctx context.Context, o driver.Options, probes []*scenario.Scenario, cost func(string) string) error {
	stage, err := play.NewStage()
	if err != nil {
		return err
	}
	defer stage.Close()
	d, err := driver.New(ctx, o)
	if err != nil {
		r.again(err)
		r.untried(probes...)
		return nil
	}
	fault := "driver " + o.Command + ": "
	reset, faults := NotTried, 0 // in a row
	for i, p := range probes {
		if ctx.Err() != nil {
			break
		}
		if faults >= patience || o.Fresh && slices.Contains(p.Tags, target.Reset) {
			r.untried(p)
			continue
		}
		v := r.play(ctx, stage, p, d, cost)
		if v == nil {
			continue
		}
		if why := resetFault(v); why != "" {
			r.add(resets, strings.ReplaceAll(why, fault, ""), resetsDo)
			_ = d.Close() // what it does wrong is known
			o.Fresh = true
			if d, err = driver.New(ctx, o); err != nil {
				r.again(err)
				r.untried(probes[i:]...)
				return context.Cause(ctx)
			}
			v = r.play(ctx, stage, p, d, cost)
		}
		if v.Outcome == verdict.Passed {
			reset = OK // which ended the run
		}
		if faults++; !strings.Contains(saw(v), fault) {
			faults = 0
		}
		r.judge(p, v, fault)
	}
	if r.About.Able(target.Reset) && !o.Fresh {
		r.Items = append(r.Items, Item{What: resets, Outcome: reset})
	}
	if err := d.Close(); err != nil && ctx.Err() == nil {
		r.add("it ends after its last run", err.Error(), "end when stop comes. See From relaysim, stop")
	}
	return context.Cause(ctx)
}

// play plays a probe, if the driver claims what it needs; else it is nil.
func (r *Report) play(ctx context.Context, stage *play.Stage, p *scenario.Scenario, d *driver.Driver, cost func(string) string) *verdict.Result {
	rev := newest(r.About.Revisions)
	if missing := r.unclaimed(p, rev); missing != "" {
		r.notClaimed(p, missing, cost)
		return nil
	}
	return stage.Run(ctx, p, rev, play.Options{Target: d, Patience: time.Second})
}

// patience is how many probes in a row may end in a fault: the others would too,
// and each may take as long as an answer may.
const patience = 3

// judge takes in the verdict on a probe. What begins a fault is
// not shown.
func (r *Report) judge(p *scenario.Scenario, v *verdict.Result, fault string) {
	switch v.Outcome {
	case verdict.Passed:
		r.add(p.Name, r.kept(v.Trace), p.About)
		if slices.Contains(p.Tags, eventTag) {
			r.Items[len(r.Items)-1].Saw = fieldsOf(v.Trace)
		}
	case verdict.Skipped:
		r.Items = append(r.Items, Item{What: p.Name, Outcome: NotClaimed, Saw: v.Reason})
	default:
		text, do := strings.ReplaceAll(saw(v), fault, ""), p.About
		if !strings.Contains(saw(v), fault) && r.About.Able(target.Sync) && !slices.ContainsFunc(v.Trace, opened) {
			text, do = "its gateway had not dialled when sync was answered\n"+text, undialled
		}
		r.add(p.Name, text, do)
	}
}

const undialled = "on start dial, and answer no sync before the connector has answered the dial. See From relaysim, start and sync"

func opened(o *trace.Observation) bool { return o.Kind == trace.Open }

// saw is why a probe failed, and the last that the program said.
func saw(v *verdict.Result) string {
	if len(v.Problems) == 0 {
		return v.Reason
	}
	p := v.Problems[0]
	text := p.Text
	for _, d := range p.Diffs {
		text += "\n" + strings.TrimPrefix(d.Path+": want ", ": ") + d.Want + ", got " + d.Got
	}
	if len(v.Said) > 0 {
		text += "\nit printed: " + strings.Join(v.Said[max(0, len(v.Said)-3):], "\n  ")
	}
	return text
}

// notClaimed notes a probe of what the driver does not claim, once for what
// several probes are about.
func (r *Report) notClaimed(p *scenario.Scenario, missing string, cost func(string) string) {
	i := Item{What: p.Name, Outcome: NotClaimed, Saw: cost(missing)}
	if missing == p.Tags[0] && slices.ContainsFunc(r.Items, func(other Item) bool { return other.Saw == i.Saw }) {
		return
	}
	r.Items = append(r.Items, i)
}

// unclaimed is the first thing that a probe needs and the driver does not claim;
// empty where it claims all.
func (r *Report) unclaimed(p *scenario.Scenario, rev *wire.Revision) string {
	for _, need := range p.Tags {
		option, isOption := strings.CutPrefix(need, play.OptionPrefix)
		switch {
		case need == eventTag:
		case isOption && !r.About.Heeds(option), !isOption && !r.About.Able(need):
			return need
		}
	}
	if len(p.Revisions) > 0 && !slices.Contains(p.Revisions, rev.Name) {
		return "revision " + p.Revisions[0]
	}
	return ""
}

// newest is the newest revision of those a driver speaks.
func newest(spoken []string) *wire.Revision {
	all := wire.Revisions()
	for i := len(all) - 1; i >= 0; i-- {
		if slices.Contains(spoken, all[i].Name) {
			return all[i]
		}
	}
	return all[0] // a hello without one is refused
}
