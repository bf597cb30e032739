package convert

import (
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
)

// trim takes away the goodbye at the end: that a recording ends is not what it
// is about.
func (d *draft) trim() {
	end := len(d.out)
	for i := end - 1; i >= 0 && goodbye(d.out[i].step); i-- {
		if d.out[i].step.Gateway == "disconnect" {
			end = i
		}
		if end < len(d.out) && len(d.in.Gateways) == 0 {
			break
		}
	}
	if end < len(d.out) && slices.ContainsFunc(d.out[:end], func(w written) bool { return says(w.step) }) {
		d.out = d.out[:end]
		delete(d.rules, "IDLE-1")
	}
}

// goodbye is a step of a gateway that is told to leave.
func goodbye(step scenario.Step) bool {
	if step.Gateway == "disconnect" || typeOf(step.Frame) == "going_idle_ack" {
		return true
	}
	if len(step.Expect) != 1 {
		return false
	}
	e := step.Expect[0]
	if e.Frame != nil {
		return typeOf(e.Frame) == "going_idle"
	}
	return e.Close != nil && e.Close.Code != nil && e.Close.Reason == nil && isNumber(e.Close.Code.Value, "1000")
}

// says is a step that expects more than a greeting.
func says(step scenario.Step) bool {
	return slices.ContainsFunc(step.Expect, func(e scenario.Expectation) bool {
		return typeOf(e.Frame) != "hello"
	})
}

// pass lets as much time pass between the steps as the way wants.
func (d *draft) pass() {
	unit := map[clock]time.Duration{halves: 500 * time.Millisecond, tenths: 100 * time.Millisecond, exact: time.Millisecond}[d.way.clock]
	if unit == 0 {
		return
	}
	var out []written
	var now time.Duration
	for i, w := range d.out {
		at := w.at
		if d.way.clock != exact {
			at = at.Round(unit)
		}
		if i > 0 && at-now >= unit {
			out = append(out, written{at: w.at, step: scenario.Step{Advance: at - now}})
			now = at
		}
		if i == 0 {
			now = at
		}
		out = append(out, w)
	}
	d.out = out
}

// stirs is a step that makes something happen, or lets time pass.
func stirs(w written) bool { return w.step.Expect == nil && w.signal == "" && !w.answer }

// steps puts the steps in their final form.
func (d *draft) steps() {
	var list []scenario.Step
	answers := 0 // how many at the end of the list are results
	for _, w := range d.out {
		step := w.step
		if last := len(list) - 1; last >= 0 && w.note == "" {
			before := &list[last]
			switch {
			case d.way.grouped && step.Expect != nil && d.joined(list, answers, step):
				continue
			case joins(before, &step):
				raw := *before.Raw
				raw.Messages = append(slices.Clip(raw.Messages), step.Raw.Messages...)
				before.Raw = &raw
				continue
			}
		}
		if w.note != "" {
			d.notes[len(list)] = w.note
		}
		list = append(list, step)
		if answers++; !w.answer {
			answers = 0
		}
	}
	if !slices.ContainsFunc(list, func(s scenario.Step) bool { return s.Expect != nil }) {
		list = append(list, scenario.Step{Expect: []scenario.Expectation{{Nothing: &scenario.Nothing{}}}})
	}
	d.scenario.Steps = list
}

// joined adds what a step expects to the step before, whose results may as well
// come after it if the way is loose.
func (d *draft) joined(list []scenario.Step, answers int, step scenario.Step) bool {
	if answers > 0 && !d.way.loose {
		return false
	}
	at := len(list) - 1 - answers
	if at < 0 || list[at].Expect == nil {
		return false
	}
	list[at].Expect = append(slices.Clip(list[at].Expect), step.Expect...)
	return true
}

// joins says whether two steps are messages of one kind.
func joins(a, b *scenario.Step) bool {
	return a.Raw != nil && b.Raw != nil && a.Raw.Base64 == nil && b.Raw.Base64 == nil && a.Raw.Binary == b.Raw.Binary
}
