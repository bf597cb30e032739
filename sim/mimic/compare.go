package mimic

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// send sends a message of the recorded gateway's, with the ids of this run.
func (p *player) send(ctx context.Context, s *socket, l *recording.Line) error {
	o := l.Observation
	p.framer.Frame(o)
	for _, f := range o.Frames {
		s.asks(f, l)
	}
	kind := websocket.MessageText
	if o.Binary {
		kind = websocket.MessageBinary
	}
	data := p.rebound(o.Data)
	p.seen.add(p.observed(&trace.Observation{Kind: trace.Frame, Conn: s.number, From: trace.Gateway, Data: data, Binary: o.Binary}))
	if err := s.ws.Write(ctx, kind, data); err != nil {
		why := err.Error()
		if end := s.ended(ctx, p.options.Wait); end.code != 0 { // of which the write shows but the consequence
			why = end.String() + " before"
		}
		p.problem(l, verdict.Problem{Text: "could not be sent: " + why, Seq: p.seen.last()})
		s.cut()
	}
	return nil
}

// volatile finds the ids in a message that a connector made.
var volatile = regexp.MustCompile(`"(message_id|reply_to|reply_to_message_id|thread_id|chat_id)"\s*:\s*"((?:[^"\\]|\\.)*)"`)

// rebound is a message with the ids that came in place of the recorded ones.
func (p *player) rebound(data []byte) []byte {
	if p.ids.none() {
		return data
	}
	return volatile.ReplaceAllFunc(data, func(member []byte) []byte {
		at := volatile.FindSubmatchIndex(member)
		recorded, err := strconv.Unquote(string(member[at[4]-1 : at[5]+1]))
		now, known := p.ids.of(recorded)
		if err != nil || !known {
			return member
		}
		return append(append(append([]byte{}, member[:at[4]-1]...), strconv.Quote(now)...), member[at[5]+1:]...)
	})
}

// answers compares the answers in a message of the recorded connector's with
// those that come.
func (p *player) answers(ctx context.Context, s *socket, l *recording.Line) error {
	p.framer.Frame(l.Observation)
	for _, f := range l.Observation.Frames {
		switch f.Type() {
		case "inbound", "passthrough_forward":
			if err := p.again(ctx, s, l, f); err != nil {
				return err
			}
			continue
		}
		pattern, isAnswer := replay.AnswerPattern(f)
		if !isAnswer || !s.answers(f) {
			p.leftOut++ // nobody asked for it, or not any more
			continue
		}
		p.compare(ctx, s, l, f, pattern)
	}
	return nil
}

// answers says whether a recorded frame answers something that was sent on the
// socket, which it does once.
func (s *socket) answers(f trace.FrameLine) bool {
	key := f.Type()
	if id := f.RequestID(); id != "" {
		key = id
	}
	_, ok := s.asked[key]
	delete(s.asked, key)
	return ok
}

// asks notes what a frame asks for: by the id of a request, or by the type of its
// answer.
func (s *socket) asks(f trace.FrameLine, l *recording.Line) {
	switch f.Type() {
	case "outbound":
		s.asked[f.RequestID()] = l
	case "hello":
		s.asked["descriptor"] = l
	case "going_idle":
		s.asked["going_idle_ack"] = l
	}
}

// again lets a user do again what made the recorded connector pass something on,
// and waits for it.
func (p *player) again(ctx context.Context, s *socket, l *recording.Line, f trace.FrameLine) error {
	done := false
	if p.options.Again != nil {
		var err error
		if done, err = p.options.Again(ctx, f); err != nil {
			return fmt.Errorf("it cannot be done again: %w", err)
		}
	}
	if !done {
		p.leftOut++
		return nil
	}
	p.compared++
	if _, err := s.take(ctx, p.options.Wait, func(live trace.FrameLine) bool { return live.Type() == f.Type() }); err != nil {
		p.problem(l, verdict.Problem{Text: f.Type() + ": it was not passed on: " + err.Error(), Seq: p.seen.last()})
	}
	return nil
}

func (p *player) compare(ctx context.Context, s *socket, l *recording.Line, f trace.FrameLine, pattern any) {
	p.compared++
	live, err := s.take(ctx, p.options.Wait, func(live trace.FrameLine) bool {
		return live.Type() == f.Type() && live.RequestID() == f.RequestID()
	})
	if err != nil {
		p.problem(l, verdict.Problem{Text: fmt.Sprintf("want %s: %v", f.Type(), err), Seq: p.seen.last()})
		return
	}
	s.answered = true
	o := p.observed(&trace.Observation{Kind: trace.Frame, Conn: s.number, From: trace.Connector, Data: slices.Concat(live.Line, []byte("\n"))})
	p.seen.add(o)
	p.bind(f, live)
	if diffs := match.Match(pattern, live.Object(), nil); len(diffs) > 0 {
		p.problem(l, verdict.Problem{Text: fmt.Sprintf("another %s than the recorded one", f.Type()), Nearest: o, Diffs: diffs, Seq: o.Seq})
	}
}

// bind remembers the ids that an answer makes.
func (p *player) bind(recorded, live trace.FrameLine) {
	for _, name := range []string{"message_id", "thread_id"} {
		was, ok := trace.Text(recorded.Field("result", name))
		now, came := trace.Text(live.Field("result", name))
		if ok && came && was != "" {
			p.ids.bind(was, now)
		}
	}
}

// closed ends a socket as it ended. A connector closes one of its own accord, but
// where it refused a token: then nothing was answered before.
func (p *player) closed(ctx context.Context, s *socket, l *recording.Line) {
	o := l.Observation
	switch {
	case o.From != trace.Connector:
		p.unasked(s)
		s.leave(o.Code, o.Reason)
	case o.Code != unauthorized || s.answered:
		p.leftOut++
		s.cut()
	default:
		p.compared++
		if end := s.ended(ctx, p.options.Wait); end.code != o.Code {
			p.problem(l, verdict.Problem{Text: fmt.Sprintf("want the connector to close the socket with %d: %v", o.Code, end), Seq: p.seen.last()})
		}
		s.cut()
	}
	p.seen.add(p.observed(&trace.Observation{Kind: trace.Close, Conn: s.number, From: o.From, Code: o.Code, Reason: o.Reason}))
}

// unasked reports requests that were answered, and in the recording were not.
func (p *player) unasked(s *socket) {
	for id, l := range s.asked {
		f, found, _ := s.find(func(live trace.FrameLine) bool { return live.Type() == "outbound_result" && live.RequestID() == id })
		if found {
			p.problem(l, verdict.Problem{Text: fmt.Sprintf("it was answered, in the recording it was not: %s", f.Line), Seq: p.seen.last()})
		}
	}
}
