package convert

import (
	"maps"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
)

// expect writes the expectations that say something.
func (d *draft) expect(b *beat) {
	var list []scenario.Expectation
	var event *scenario.Routed
	for _, e := range b.step.Expect {
		if e.Event != nil {
			event = e.Event
		}
		if e.Open != nil && e.On != "" && !d.dials[e.On] {
			d.dials[e.On] = true // one after the other, as they were recorded
			d.out = append(d.out, written{at: b.at, step: scenario.Step{To: e.On, Gateway: "connect"}})
		}
		if out, ok := d.expectation(e); ok {
			out.On = e.On
			list = append(list, out)
		}
	}
	if len(list) > 0 {
		d.add(b, scenario.Step{Expect: list}).event = event
	}
}

func (d *draft) expectation(e scenario.Expectation) (out scenario.Expectation, ok bool) {
	e.Pos = scenario.Pos{}
	switch {
	case e.Frame != nil:
		return d.expectFrame(e)
	case e.Event != nil:
		if !d.way.plain {
			e.Event = d.event(e.Event)
		}
	case e.Interrupted != nil:
		d.covers(map[bool]string{true: "INT-2", false: "INT-3"}[e.Interrupted.Active.Value == true])
	case e.Result != nil && !d.way.plain:
		e.Result = d.result(e.Result, d.inTurn)
		return e, e.Result != nil
	case e.Close != nil:
		closed := *e.Close
		if closed.Reason != nil && closed.Reason.Value == "" {
			closed.Reason = nil
		}
		e.Close, e.From = &closed, ""
	case e.Open != nil:
		d.sockets[e.On]++
		return d.opened(e)
	}
	return e, true
}

// opened expects an upgrade where it authenticated, or was refused.
func (d *draft) opened(e scenario.Expectation) (scenario.Expectation, bool) {
	open := *e.Open
	if open.Path != nil && open.Path.Value == "/relay" {
		open.Path = nil
	}
	if open.Auth != nil && open.Auth.Value == "absent" && !d.authenticates() {
		open.Auth = nil // nor does the gateway of the scenario have to (AUTH-1)
	}
	switch {
	case open.As != nil:
		d.covers("AUTH-1")
	case open.Auth != nil && open.Auth.Value == "present" && (open.Status == nil || isNumber(open.Status.Value, "101")):
		open.As = pattern(nil)
		d.covers("AUTH-4")
	}
	e.Open = &open
	return e, open != scenario.Opened{}
}

// authenticates says whether a recorded gateway presented a token.
func (s *story) authenticates() bool {
	for _, g := range s.gateways() {
		if !g.NoAuth {
			return true
		}
	}
	return false
}

func (d *draft) expectFrame(e scenario.Expectation) (out scenario.Expectation, ok bool) {
	frame, _ := e.Frame.Value.(map[string]any)
	e.From = ""
	defer func() {
		if ok && out.Frame != nil {
			said, _ := out.Frame.Value.(map[string]any)
			d.bot = d.bot || word(said["botId"]) != ""
		}
	}()
	switch frame["type"] {
	case "hello":
		if !d.greetsItself {
			d.covers("HS-1")
			return e, true
		}
		if d.sockets[e.On] < 2 && !d.way.plain {
			return e, false
		}
		d.covers("RC-1")
		e.Frame = pattern(map[string]any{"type": "hello"})
		return e, true
	case "outbound":
		r := d.byName[word(requestName(frame))]
		if r == nil {
			return e, true
		}
		if r.op == "typing" && !d.way.manual && !d.typing() {
			return e, false
		}
		if !d.way.plain {
			if out, ok := d.request(r, frame); ok {
				d.showed(r)
				return out, true
			}
		}
		frame = maps.Clone(frame)
		delete(frame, "requestId")
		if d.way.manual {
			frame["requestId"] = map[string]any{"$capture": d.nameOf(r)}
		}
		e.Frame = pattern(frame)
	case "inbound_ack":
		d.covers("IDLE-5")
	case "going_idle":
		d.covers("IDLE-1")
	case "interrupt":
		d.covers("INT-1")
	}
	return e, true
}

func requestName(frame map[string]any) any {
	id, _ := frame["requestId"].(map[string]any)
	return id["$capture"]
}

// typing says whether it matters that the gateway typed: the agent did, or a turn
// took so long that it did so again (OUT-11).
func (s *story) typing() bool {
	n := 0
	for _, r := range s.requests {
		if r.op == "typing" {
			n++
		}
	}
	return n > len(s.turns)
}

// showed notes the rules that a request shows.
func (d *draft) showed(r *request) {
	switch r.op {
	case "follow_up":
		d.covers("FU-1")
		if r.result["success"] == true {
			d.covers("FU-2")
		}
	case "typing":
		d.covers("OUT-11")
	case "get_chat_info":
		d.covers("OUT-3")
	case "react":
		d.covers("RX-1")
	case "thread_create":
		d.covers("TH-1")
	case "thread_rename":
		d.covers("TH-2")
	case "send_media":
		d.covers("MED-1")
	case "prompt":
		d.covers("PRM-1")
	default:
		d.covers("OUT-1", "OUT-2")
		if strings.HasPrefix(word(r.action["content"]), "(Response formatting failed") {
			d.covers("OUT-10")
		}
	}
}
