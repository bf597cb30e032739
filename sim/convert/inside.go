package convert

import (
	"fmt"
	"slices"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
)

// inside is the story with each call that the agent made while its turn ran, of
// the turn's own chat or session, as a part of the turn; nil where there is no
// such call. A recording may not say where a call was made, and a person would
// say what the agent does with an event.
func (s *story) inside() *story {
	in := *s
	in.turns = slices.Clone(s.turns)
	in.beats = slices.Clone(s.beats)
	in.signals = map[string]place{}
	open := map[int]bool{} // the turns that run and that nothing ended but the recording
	began, moved := 0, 0
	for i := range in.beats {
		b := &in.beats[i]
		for _, e := range b.step.Expect {
			if e.Event != nil && began < len(in.turns) {
				in.begin(open, began)
				began++
			}
		}
		if b.step.Agent == nil {
			continue
		}
		t, ok := in.runs(open, b.step)
		if !ok {
			continue
		}
		moved++
		signal := fmt.Sprintf("call-%d", moved)
		rule := *in.turns[t].rule
		end := len(rule.Do) - 1 // the silent reply
		rule.Do = append(slices.Clone(rule.Do[:end]), scenario.Act{Wait: signal}, scenario.Act{Call: *b.step.Agent}, rule.Do[end])
		in.turns[t] = &turn{rule: &rule, event: in.turns[t].event, on: in.turns[t].on}
		b.step = scenario.Step{Signal: signal}
	}
	if moved == 0 {
		return nil
	}
	for i, t := range in.turns {
		for j, act := range t.rule.Do {
			if act.Wait != "" {
				in.signals[act.Wait] = place{i, j}
			}
		}
	}
	return &in
}

// begin notes that a turn began; that of the same session is over.
func (s *story) begin(open map[int]bool, i int) {
	t := s.turns[i]
	for j := range open {
		if t.event != nil && s.turns[j].event != nil && s.turns[j].on == t.on && sameValue(s.turns[j].event.Session, t.event.Session) {
			delete(open, j)
		}
	}
	if n := len(t.rule.Do); t.event != nil && n > 0 && t.rule.Do[n-1].Reply != nil && *t.rule.Do[n-1].Reply == "" {
		open[i] = true
	}
}

// runs finds the turn of a call's session or chat.
func (s *story) runs(open map[int]bool, step scenario.Step) (turn int, ok bool) {
	c := step.Agent
	op, a := opOf(c)
	if op == "interrupt" || op == "get_chat_info" {
		return 0, false // they are about others
	}
	for i := range open {
		e := s.turns[i].event
		source, _ := sourceOf(e)
		mine := a.Session != "" && e.Session != nil && e.Session.Value == match.Literal(a.Session) ||
			a.Chat != "" && source["chat_id"] == match.Literal(a.Chat)
		if mine && s.turns[i].on == step.To && (!ok || i > turn) {
			turn, ok = i, true
		}
	}
	return turn, ok
}
