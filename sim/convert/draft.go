package convert

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
)

// draft is a story while it is written in one way.
type draft struct {
	*story
	way      way
	scenario *scenario.Scenario
	notes    map[int]string

	out     []written
	names   map[*request]string
	count   map[string]int // of each kind of name
	named   map[*request]bool
	asked   map[*request]*scenario.Action // what expects it
	rules   map[string]bool               // of the contract, that it shows
	sockets map[string]int                // opened so far, by gateway
	dials   map[string]bool               // gateways that a step tells to connect
	inTurn  bool                          // the last call was made in a turn
	bot     bool                          // an expectation names the bot
}

// written is one step of the draft.
type written struct {
	at     time.Duration
	step   scenario.Step
	note   string
	event  *scenario.Routed // the recorded expectation of an event
	signal string           // the recorded signal
	answer bool             // it is the result of a request
}

// draft writes the story.
func (s *story) draft(w way) *draft {
	d := &draft{
		story: s, way: w, scenario: &scenario.Scenario{}, notes: map[int]string{},
		names: map[*request]string{}, count: map[string]int{}, named: map[*request]bool{},
		asked: map[*request]*scenario.Action{}, rules: map[string]bool{}, sockets: map[string]int{}, dials: map[string]bool{},
	}
	for i := range s.beats {
		d.beat(&s.beats[i])
	}
	if !w.plain {
		d.trim()
	}
	d.pass()
	d.agent()
	d.capture()
	d.steps()
	d.head()
	return d
}

func (d *draft) add(b *beat, step scenario.Step) *written {
	step.Pos, step.Advance, step.To = scenario.Pos{}, 0, b.step.To
	if step.Signal != "" || step.Expect != nil {
		step.To = ""
	}
	d.out = append(d.out, written{at: b.at, step: step})
	return &d.out[len(d.out)-1]
}

// nameOf is the name of what a request made, or of its id.
func (d *draft) nameOf(r *request) string {
	if d.names[r] == "" {
		d.count[r.op]++
		d.names[r] = fmt.Sprintf("%s_%d", strings.ReplaceAll(r.op, "get_", ""), d.count[r.op])
	}
	return d.names[r]
}

// beat writes one step, where it says something.
func (d *draft) beat(b *beat) {
	switch {
	case b.step.Expect != nil:
		d.expect(b)
	case b.step.Raw != nil && b.said != nil && !d.way.plain:
		d.frame(b)
	case b.step.Raw != nil:
		d.raw(b)
	case b.step.Signal != "":
		d.inTurn = true
		d.add(b, b.step).signal = b.step.Signal
	case b.step.Agent != nil:
		d.inTurn = false
		step := b.step
		step.Agent, step.HasRefs = d.call(b.step.Agent, nil), true
		d.add(b, step)
	default:
		d.add(b, b.step)
		d.dials[b.step.To] = d.dials[b.step.To] || b.step.Gateway == "connect"
		if c := b.step.Connector; c != nil && c.Close != nil && c.Close.Code == 4401 {
			d.covers("REV-1")
		}
	}
}

// frame writes a frame of the connector's.
func (d *draft) frame(b *beat) {
	if b.due && d.greetsItself {
		return
	}
	if b.said["type"] == "outbound_result" {
		if r := d.byName[reference(b.said["requestId"])]; r != nil {
			if d.way.manual {
				frame := maps.Clone(b.said)
				frame["requestId"] = "${" + d.nameOf(r) + "}"
				d.add(b, frameStep(frame)).answer = true
			}
			return
		}
		d.covers("OUT-6")
	}
	step, ok := d.stimulus(b.said)
	if !ok {
		step = frameStep(b.said)
		if !known(b.said) {
			d.covers("FR-4")
		}
	}
	w := d.add(b, step)
	switch {
	case !ok && b.said["type"] == "inbound":
		w.note = "As it was: an inbound step makes no equal event."
	case step.Interaction != nil:
		d.interacted(step.Interaction)
	case step.Interrupt != nil:
		d.covers("INT-2")
	case step.Passthrough != nil:
		d.covers("PT-6")
	}
}

// known says whether a frame is one of the connector's (FR-5).
func known(frame map[string]any) bool {
	switch frame["type"] {
	case "descriptor", "inbound", "outbound_result", "interrupt_inbound", "passthrough_forward", "going_idle_ack":
		return true
	}
	return false
}

func (d *draft) interacted(in *scenario.Interaction) {
	d.covers("PT-1", "PT-4", "DI-1")
	switch {
	case in.Command != "":
		d.covers("DI-2")
		if in.Options != nil {
			d.covers("DI-3")
		}
	case in.Component != "":
		d.covers("DI-4")
	default:
		d.covers("DI-5")
	}
}

// raw writes messages as they were. Ids of requests have the names they have here.
func (d *draft) raw(b *beat) {
	raw := *b.step.Raw
	list := make([]string, len(raw.Messages))
	for i, m := range raw.Messages {
		if !b.step.HasRefs {
			m = match.Literal(m)
		}
		if b.step.HasRefs {
			m = d.renamed(m)
		}
		list[i] = m
	}
	if raw.Messages != nil {
		raw.Messages = list
	}
	d.add(b, scenario.Step{Raw: &raw, HasRefs: true})
	if len(list) > 0 && (!strings.HasSuffix(list[0], "\n") || strings.Count(list[0], "\n") > 1) {
		d.covers("FR-1")
	} else {
		d.covers("FR-3")
	}
}

// renamed is a message with the ids of requests by the names they have here.
func (d *draft) renamed(message string) string {
	for _, r := range d.requests {
		if ref := "${" + r.name + "}"; strings.Contains(message, ref) {
			message = strings.ReplaceAll(message, ref, "${"+d.nameOf(r)+"}")
		}
	}
	return message
}
