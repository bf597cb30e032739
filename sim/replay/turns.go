package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// turns is what the agent does with each event that began a turn, in the order
// in which they began. It waits for a signal before everything it does, so that
// it does it when the recorded agent did.
type turns struct {
	rules   []scenario.Rule
	signals map[*line]string       // of a call in a turn, a return or a raise
	running map[string]*turn       // the turn that runs, by session
	beside  map[string]*turn       // a command that the agent answers beside it (TURN-3)
	ends    map[time.Duration]bool // see tape.ends
}

// turn is one that runs.
type turn struct {
	rule  int // in turns.rules
	began int // the seq
	event eventNames
	busy  int  // the seq up to which the agent waits for a result
	made  bool // see line
}

// pairTurns finds what was done in each turn. One turn runs per session at a
// time (TURN-1), so it is the session's last that was begun, or a command beside
// it. A turn without an
// end of its own replied nothing before the session's next one began or the
// gateway disconnected; one that was not over then is not over in the replay.
func pairTurns(t *tape, calls map[int][]*derived) (turns, error) {
	paired := turns{signals: map[*line]string{}, running: map[string]*turn{}, beside: map[string]*turn{}, ends: t.ends()}
	for _, l := range t.lines {
		var err error
		switch o := l.Observation; {
		case o.Kind == trace.Routed:
			err = paired.begin(l, t.pos(l))
		case o.Kind == trace.Frame && !l.made:
			for _, d := range calls[o.Seq] {
				paired.derived(d, t.pos(l))
			}
		case o.Kind != trace.Agent:
		case o.Call == "disconnect":
			paired.endAll()
		case o.Call == "return" || o.Call == "raise":
			err = paired.end(l, t.pos(l))
		case o.SessionKey != "":
			err = paired.call(l, t.pos(l))
		}
		if err != nil {
			return turns{}, t.problemAt(l, err)
		}
	}
	for _, turn := range paired.running {
		if !turn.made {
			paired.goOn(turn.rule)
		}
	}
	return paired, nil
}

// forever is a signal that is not given.
const forever = "never"

// goOn lets a turn go on until the gateway ends it.
func (p *turns) goOn(rule int) {
	r := &p.rules[rule]
	r.Do = append(r.Do, scenario.Act{Pos: r.Pos, Wait: forever})
}

// endAll ends the turns that run, with no reply.
func (p *turns) endAll() {
	for session := range p.running {
		p.endSilently(session)
	}
}

// endSilently ends the turn that runs in a session, if one does, with no reply.
func (p *turns) endSilently(session string) {
	if turn, ok := p.running[session]; ok {
		nothing := ""
		r := &p.rules[turn.rule]
		r.Do = append(r.Do, scenario.Act{Pos: r.Pos, Reply: &nothing})
		delete(p.running, session)
	}
}

func (p *turns) begin(l *line, pos scenario.Pos) error {
	o := l.Observation
	event, err := eventFields(o)
	if err != nil {
		return err
	}
	names := namesOf(event)
	when := &scenario.Routed{Session: text(o.SessionKey, pos), Text: value(literals(event["text"]), pos)}
	if l.made {
		when = names.routed(pos)
	}
	began := &turn{rule: len(p.rules), began: o.Seq, event: names, made: l.made}
	said, _ := event["text"].(string)
	if strings.HasPrefix(said, "/") && p.running[o.SessionKey] != nil {
		p.beside[o.SessionKey] = began
	} else {
		p.endSilently(o.SessionKey)
		p.running[o.SessionKey] = began
	}
	p.rules = append(p.rules, scenario.Rule{Pos: pos, Once: true, When: when})
	return nil
}

// call adds a call that was made in a turn.
func (p *turns) call(l *line, pos scenario.Pos) error {
	call, ok, err := newCall(l.Observation)
	if err != nil || !ok {
		return err
	}
	session := l.Observation.SessionKey
	_, turn := p.at(session)
	return p.act(l, session, turn, scenario.Act{Pos: pos, Call: *call.step})
}

// derived adds a call that only its frame tells of to the turn it was made in.
// The agent waits for each result, so a call that it made beside another stays
// outside the turn.
func (p *turns) derived(d *derived, pos scenario.Pos) {
	turn := p.of(d)
	if turn == nil || turn.busy >= d.seq {
		return
	}
	turn.busy = d.answered
	d.signal = fmt.Sprintf("frame-%d", d.seq)
	if d.index > 0 {
		d.signal += fmt.Sprintf("-%d", d.index+1)
	}
	p.wait(turn.rule, d.signal, scenario.Act{Pos: pos, Call: *d.call})
}

// end adds the end of a turn.
func (p *turns) end(l *line, pos scenario.Pos) error {
	o := l.Observation
	end, err := endOfTurn(o)
	if err != nil {
		return err
	}
	of, turn := p.at(end.Session)
	if o.Call == "raise" && strings.HasPrefix(end.Text, cancelledBy) {
		of, turn = p.running, p.running[end.Session] // a command does not cancel another
	}
	if turn != nil && o.Call == "raise" && end.Text == context.Canceled.Error() && p.ends[o.At] {
		p.goOn(turn.rule) // the end of the gateway will end it again
	} else if err := p.act(l, end.Session, turn, end.act(o, pos)); err != nil {
		return err
	}
	delete(of, end.Session)
	return nil
}

// cancelledBy is how our gateway begins to say which command ended a turn.
const cancelledBy = "cancelled by /"

// at is what the agent is at in a session: the command beside the turn, else the
// turn, or nil.
func (p *turns) at(session string) (of map[string]*turn, t *turn) {
	if t := p.beside[session]; t != nil {
		return p.beside, t
	}
	return p.running, p.running[session]
}

// act adds what the agent did in a turn of a session; nil: none runs there.
func (p *turns) act(l *line, session string, turn *turn, act scenario.Act) error {
	o := l.Observation
	if turn == nil {
		return fmt.Errorf("%s of a turn of session %s, in which none runs", o.Call, session)
	}
	p.signals[l] = fmt.Sprintf("%s-%d", o.Call, o.Seq)
	p.wait(turn.rule, p.signals[l], act)
	return nil
}

// wait adds an act that waits for its signal.
func (p *turns) wait(rule int, signal string, act scenario.Act) {
	r := &p.rules[rule]
	r.Do = append(r.Do, scenario.Act{Pos: act.Pos, Wait: signal}, act)
}

// of finds the turn in which a call was made: one of the call's chat, and of
// several the one whose message it answers, else the one of the author it
// names, else the first.
func (p *turns) of(d *derived) *turn {
	var best *turn
	var points int
	for _, t := range p.running {
		if t.event.chat != d.chat || d.nameless && t.event.user != "" {
			continue
		}
		n := 1
		if d.author != "" && t.event.user == d.author {
			n = 2
		}
		if d.replyTo != "" && t.event.message == d.replyTo {
			n = 3
		}
		if best == nil || n > points || n == points && t.began < best.began {
			best, points = t, n
		}
	}
	return best
}

// turnEnd are the arguments of a return or a raise.
type turnEnd struct {
	Session string `json:"session_key"`
	Text    string `json:"text"`
}

func endOfTurn(o *trace.Observation) (turnEnd, error) {
	var end turnEnd
	if err := json.Unmarshal(o.Args.JSON(), &end); err != nil {
		return end, fmt.Errorf("%s: want the turn's session_key and text: %w", o.Call, err)
	}
	return end, nil
}

func (e turnEnd) act(o *trace.Observation, pos scenario.Pos) scenario.Act {
	if o.Call == "raise" {
		return scenario.Act{Pos: pos, Fail: e.Text}
	}
	return scenario.Act{Pos: pos, Reply: &e.Text}
}
