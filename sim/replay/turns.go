package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// turns tells the agent what to do in each turn, in the order in which the
// recorded agent did it, and when it did it.
type turns struct {
	compiler *compiler
	number   int              // of the gateway, from 0
	begun    int              // turns so far
	running  map[string]*turn // the turn that runs, by session
	beside   map[string]*turn // a command that the agent answers beside it (TURN-3)
}

// turn is one that runs.
type turn struct {
	name  string
	pos   scenario.Pos
	began int // the seq
	event eventNames
	last  *placed // the last thing it was told; nil if nothing yet
	busy  *asked  // what the agent waits for a result of; nil: nothing that only a frame tells of
	made  bool    // see line
}

func newTurns(c *compiler, number int) *turns {
	return &turns{compiler: c, number: number, running: map[string]*turn{}, beside: map[string]*turn{}}
}

// take finds what is done in a turn. One turn runs per session at a time
// (TURN-1), so it is the session's last that was begun, or a command beside it. A
// turn without an end of its own replied nothing before the session's next one began or the gateway
// disconnected; one that was not over then is not over in the replay.
//
// It returns what the agent is told where the line tells of it, and notes it in
// calls that only their frames tell of.
func (p *turns) take(l *line, calls []*derived) (*scenario.Telling, error) {
	pos := p.compiler.tape.pos(l)
	switch o := l.Observation; {
	case o.Kind == trace.Routed:
		return nil, p.begin(l, pos)
	case o.Kind == trace.Frame && !l.made:
		for _, d := range calls {
			p.derived(l, d, pos)
		}
	case o.Kind != trace.Agent:
	case o.Call == "disconnect":
		p.endAll()
	case o.Call == "return" || o.Call == "raise":
		return p.finish(l, pos)
	case o.SessionKey != "":
		return p.call(l, pos)
	}
	return nil, nil
}

// end says that there are no more lines: what runs goes on until the gateway
// ends it.
func (p *turns) end() {
	for session, turn := range p.running {
		if turn.made {
			p.endSilently(session)
		}
	}
}

// endAll ends the turns that run, with no reply.
func (p *turns) endAll() {
	for session := range p.running {
		p.endSilently(session)
	}
}

// endSilently ends the turn that runs in a session, if one does, with no reply,
// as soon as it did the last thing.
func (p *turns) endSilently(session string) {
	turn, ok := p.running[session]
	if !ok {
		return
	}
	delete(p.running, session)
	nothing := ""
	step := scenario.Step{Tell: turn.tell(scenario.Act{Pos: turn.pos, Reply: &nothing})}
	if turn.last == nil {
		p.compiler.early(step, turn.pos)
		return
	}
	after := *turn.last
	after.step = scenario.Step{Pos: turn.pos, To: p.compiler.actor.name, Tell: step.Tell}
	p.compiler.reel.steps.add(after)
}

// tell is the next thing that the turn's agent does.
func (t *turn) tell(act scenario.Act) *scenario.Telling {
	return &scenario.Telling{Turn: t.name, Act: &act}
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
		if l.retries {
			when.Text = value(map[string]any{"$not": map[string]any{"$re": "^/"}}, pos)
		}
	}
	p.begun++
	t := &turn{name: fmt.Sprintf("turn %d", p.begun), pos: pos, began: o.Seq, event: names, made: l.made}
	if p.number > 0 {
		t.name += fmt.Sprintf(" of gateway %d", p.number+1)
	}
	said, _ := event["text"].(string)
	if strings.HasPrefix(said, "/") && p.running[o.SessionKey] != nil {
		p.beside[o.SessionKey] = t
	} else {
		p.endSilently(o.SessionKey)
		p.running[o.SessionKey] = t
	}
	rule := &scenario.Rule{Pos: pos, Once: true, When: when, Told: t.name}
	p.compiler.early(scenario.Step{Tell: &scenario.Telling{Rule: rule}}, pos)
	return nil
}

// call adds a call that was made in a turn.
func (p *turns) call(l *line, pos scenario.Pos) (*scenario.Telling, error) {
	call, ok, err := newCall(l.Observation)
	if err != nil || !ok {
		return nil, err
	}
	_, turn := p.at(l.Observation.SessionKey)
	if turn == nil {
		return nil, noTurn(l, l.Observation.SessionKey)
	}
	turn.last = &placed{place: l.at}
	if o := l.Observation; o.After != 0 || o.CalledAt != 0 {
		turn.last = &placed{place: place{o.After, o.CalledAt}, call: true}
	}
	return turn.tell(scenario.Act{Pos: pos, Call: *call.step}), nil
}

// derived adds a call that only its frame tells of to the turn it was made in.
// The agent waits for each result, so a call that it made beside another stays
// outside the turn.
func (p *turns) derived(l *line, d *derived, pos scenario.Pos) {
	turn := p.of(d)
	if turn == nil || turn.busy != nil && (turn.busy.answered == 0 || turn.busy.answered >= d.seq) {
		return
	}
	turn.busy = d.asked
	turn.last = &placed{place: l.at}
	d.done = turn.tell(scenario.Act{Pos: pos, Call: *d.call})
}

// finish adds the end of a turn.
func (p *turns) finish(l *line, pos scenario.Pos) (*scenario.Telling, error) {
	o := l.Observation
	end, err := endOfTurn(o)
	if err != nil {
		return nil, err
	}
	of, turn := p.at(end.Session)
	if o.Call == "raise" && strings.HasPrefix(end.Text, cancelledBy) {
		of, turn = p.running, p.running[end.Session] // a command does not cancel another
	}
	if turn == nil {
		return nil, noTurn(l, end.Session)
	}
	delete(of, end.Session)
	if o.Call == "raise" && end.Text == context.Canceled.Error() && p.compiler.cues.ends[o.At] {
		return nil, nil // the end of the gateway will end it again
	}
	return turn.tell(end.act(o, pos)), nil
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

func noTurn(l *line, session string) error {
	return fmt.Errorf("%s of a turn of session %s, in which none runs", l.Observation.Call, session)
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
