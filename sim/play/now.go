package play

import (
	"fmt"
	"slices"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Expectations about how things stand now, and about what did not happen.

func (r *run) compareState(e *scenario.Expectation) []verdict.Problem {
	p, err := r.player(e.On)
	if err != nil {
		return []verdict.Problem{{At: e.Pos.String(), Text: "expect.state: " + err.Error()}}
	}
	state := "disconnected"
	switch {
	case p.gateway == nil:
	case !r.ledger.stood[p.name]: // its first dial may still wait (HS-8)
		state = "dialling"
	default:
		state = p.gateway.State().String()
	}
	return r.now(e.Pos, "expect.state", e.State.Value, state)
}

func (r *run) compareChat(e *scenario.Expectation) []verdict.Problem {
	raw, err := r.chat(e.Chat.Channel)
	if err != nil {
		return []verdict.Problem{{At: e.Pos.String(), Text: "expect.chat: " + err.Error()}}
	}
	pattern := fields{}.set("messages", e.Chat.Messages).set("typing", e.Chat.Typing)
	return r.now(e.Pos, "expect.chat "+e.Chat.Channel, pattern.tree(), tree(raw))
}

// compareBuffer looks at what waits for an instance. What is written as text in
// the list is what the user wrote, anything else is the frame.
func (r *run) compareBuffer(e *scenario.Expectation) []verdict.Problem {
	fault := func(err error) []verdict.Problem {
		return []verdict.Problem{{At: e.Pos.String(), Text: "expect.buffer: " + err.Error()}}
	}
	p, err := r.player(e.On)
	if err != nil {
		return fault(err)
	}
	waiting, flipped, err := r.connectors.any().Buffered(p.id)
	if err != nil {
		return fault(err)
	}
	entries := []any{}
	for _, w := range waiting {
		entries = append(entries, tree(w))
	}
	pattern := fields{}.set("flipped", e.Buffer.Flipped)
	if e.Buffer.Entries != nil {
		pattern["entries"] = framesOf(e.Buffer.Entries.Value)
	}
	return r.now(e.Pos, "expect.buffer", pattern.tree(), map[string]any{"entries": entries, "flipped": flipped})
}

// framesOf makes a list's texts patterns of the frames in which a user wrote them.
func framesOf(entries any) any {
	list, ok := entries.([]any)
	if !ok {
		return entries
	}
	list = slices.Clone(list)
	for i, entry := range list {
		if text, ok := entry.(string); ok {
			list[i] = map[string]any{"event": map[string]any{"text": text}}
		}
	}
	return list
}

func (r *run) now(at scenario.Pos, text string, pattern, got any) []verdict.Problem {
	diffs := match.Match(pattern, got, r.variables)
	if len(diffs) == 0 {
		r.count(pattern, nil)
		return nil
	}
	return []verdict.Problem{{At: at.String(), Text: text + ": it is not so", Diffs: diffs, Seq: r.log.Len()}}
}

// compareNothing looks for things of the named kinds that no step expected so far.
func (r *run) compareNothing(e *scenario.Expectation) []verdict.Problem {
	var problems []verdict.Problem
	r.ledger.unexpected(func(it *item) {
		kind, unwanted := r.unwanted(it, e)
		if unwanted && (e.On == "" || it.seen.Peer == e.On) {
			problems = append(problems, verdict.Problem{
				At: e.Pos.String(), Text: fmt.Sprintf("expect.nothing: there is %s at #%d", kind, it.seen.Seq),
				Nearest: it.seen, Seq: it.seen.Seq,
			})
		}
	})
	return problems
}

// unwanted says whether an item is of one of the kinds of which there is to be
// nothing; none means what a strict run minds.
func (r *run) unwanted(it *item, e *scenario.Expectation) (string, bool) {
	kinds := e.Nothing.Kinds
	if len(kinds) == 0 {
		return r.strict(it)
	}
	kind, frame := string(it.lane), false
	switch theirs := e.From == string(trace.Connector); {
	case it.op != "":
		kind, frame = it.op, !theirs
	case it.lane == laneGateway:
		frame = !theirs
	case it.lane == laneConnector && (it.frame.Type() == "inbound" || it.frame.Type() == "passthrough_forward"):
		kind, frame = "delivery", theirs && !r.scenario.EventsUnknown
	case it.lane == laneConnector:
		frame = theirs
	case it.lane == laneClose && e.From != "" && e.From != string(it.seen.From):
		return "", false
	}
	return article(kind), slices.Contains(kinds, kind) || frame && slices.Contains(kinds, "frame")
}

// strict says whether an item must be expected: an event routed, an action sent
// or an interrupt sent. Heartbeats need not be, unless the scenario says so;
// nor what a scenario's own hand wrote.
func (r *run) strict(it *item) (string, bool) {
	switch {
	case r.scenario.Recorded != nil:
		return r.unrecorded(it)
	case r.scenario.Strict == "none":
		return "", false
	case it.lane == laneEvent:
		return "an event", true
	case it.lane != laneGateway || r.byHand[it.seen.Conn]:
		return "", false
	case it.frame.Type() == "interrupt":
		return "an interrupt", true
	case it.op == "typing" && r.scenario.Strict != "all":
		return "", false
	case it.op != "":
		return article(it.op), true
	}
	return "", false
}

func article(kind string) string {
	if slices.Contains([]byte("aeio"), kind[0]) {
		return "an " + kind
	}
	return "a " + kind
}

// nothingLeft fails the run for each event or action up to the observation seq
// that no step expected, or that a recording does not have.
func (r *run) nothingLeft(seq int) error {
	failed, nobody := false, "no step expects"
	if r.scenario.Recorded != nil {
		nobody = "the recording does not have"
	}
	r.ledger.unexpected(func(it *item) {
		if kind, ok := r.strict(it); ok && it.seen.Seq <= seq && !r.cutOff(it) {
			failed = true
			r.problem(verdict.Problem{
				At:   it.cause.String(),
				Text: fmt.Sprintf("%s at #%d that %s", kind, it.seen.Seq, nobody), Nearest: it.seen, Seq: it.seen.Seq,
				Add: r.toExpect(it),
			})
		}
	})
	if failed {
		return errExpectation
	}
	return nil
}
