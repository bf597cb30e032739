package law

import (
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostMessages bounds the inbound messages that are remembered, oldest
// forgotten first.
const mostMessages = 4096

// scopes holds SC-6 with SC-1 and SC-2: a reply carries the scope and the
// author of the message it answers, unless the agent's call said otherwise.
type scopes struct {
	known    *Known
	report   report
	event    *event
	seed     maphash.Seed
	messages map[message]*origin
	order    []message           // as they came, to forget the oldest
	turns    map[string]*origin  // the last turn's message, by session key
	suspects map[call][]*suspect // replies that only the agent's own call can explain
}

// message names an inbound message.
type message struct{ chat, id string }

// origin is where a message came from.
type origin struct {
	scope, user string
	running     bool // its turn runs
}

// suspect is a reply that does not carry what it should.
type suspect struct {
	wrong  []wrong
	inTurn bool // the turn of the message it answers was running
}

// wrong is a key of the metadata with the violation it would be.
type wrong struct {
	key string
	Violation
}

func newScopes(k *Known, r report, e *event) *scopes {
	return &scopes{
		known: k, report: r, event: e, seed: maphash.MakeSeed(),
		messages: map[message]*origin{}, turns: map[string]*origin{}, suspects: map[call][]*suspect{},
	}
}

func (l *scopes) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case l.known.Revision == "" || s.byHand:
	case o.From == trace.Connector && f.in.messageID != "" && (f.in.good || f.in.interact):
		l.remember(message{f.in.chat, f.in.messageID}, &origin{scope: f.in.scope, user: f.in.user})
	case o.From == trace.Gateway && f.typ == "outbound" && f.out.replyTo != "":
		if from := l.messages[message{f.out.chat, f.out.replyTo}]; from != nil {
			l.reply(o, &f.out, from)
		}
	}
}

func (l *scopes) remember(m message, from *origin) {
	if _, ok := l.messages[m]; !ok {
		l.order = append(l.order, m)
	}
	l.messages[m] = from
	if len(l.order) > 2*mostMessages {
		for _, old := range l.order[:mostMessages] {
			delete(l.messages, old)
		}
		l.order = slices.Clone(l.order[mostMessages:])
	}
}

func (l *scopes) reply(o *trace.Observation, a *action, from *origin) {
	s := &suspect{inTurn: from.running}
	s.compare(o, a, "SC-1", scopeKey(l.known.Revision), a.scope, from.scope)
	if l.known.Revision == "2026-08" && from.user != "" {
		s.compare(o, a, "SC-2", "user_id", a.user, from.user)
	}
	if s.wrong == nil {
		return
	}
	c := callOf(l.seed, a.op, a.chat, a.content)
	l.suspects[c] = append(l.suspects[c], s)
}

// compare notes a key that is missing, under the rule that wants it there, or
// that is another message's (SC-6).
func (s *suspect) compare(o *trace.Observation, a *action, missing, key, got, want string) {
	v := Violation{Rule: "SC-6", Seq: o.Seq}
	switch {
	case got == want:
		return
	case got == "":
		v.Rule = missing
		v.Text = fmt.Sprintf("the reply to %s carries no %s, want %s", a.replyTo, key, want)
	case want == "":
		v.Text = fmt.Sprintf("the reply to %s carries %s %s, want none: the message has none", a.replyTo, key, got)
	default:
		v.Text = fmt.Sprintf("the reply to %s carries %s %s, want %s as in the message", a.replyTo, key, got, want)
	}
	s.wrong = append(s.wrong, wrong{key, v})
}

func (l *scopes) observe(o *trace.Observation, _ *socket) {
	switch {
	case o.Kind == trace.Routed:
		l.begin(o)
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		if from := l.turns[turnKey(o)]; from != nil {
			from.running = false
		}
	case o.Kind == trace.Agent && len(l.suspects) > 0:
		l.called(o)
	}
}

func (l *scopes) begin(o *trace.Observation) {
	if from := l.messages[message{l.event.chat, l.event.messageID}]; from != nil {
		from.running = true
		l.turns[o.SessionKey] = from
	}
}

// called clears or confirms a reply that the agent itself asked for. What its
// call set is its own business (SC-5), and outside a turn the chat's last scope
// serves (SC-6).
func (l *scopes) called(o *trace.Observation) {
	args := o.Args.JSON()
	chat, _ := trace.Text(trace.Field(args, "chat_id"))
	c := callOf(l.seed, opOf(o.Call), chat, trace.Field(args, "content"))
	list := l.suspects[c]
	if len(list) == 0 {
		return
	}
	s := list[0]
	s.wrong = slices.DeleteFunc(s.wrong, func(w wrong) bool {
		return !s.inTurn || trace.Field(args, "metadata", w.key) != nil
	})
	l.convict(s)
	if l.suspects[c] = list[1:]; len(list) == 1 {
		delete(l.suspects, c)
	}
}

func (l *scopes) convict(s *suspect) {
	for _, w := range s.wrong {
		l.report(w.Rule, w.Seq, "%s", w.Text)
	}
}

// end convicts the replies that no call explains: the gateway made them itself.
func (l *scopes) end() {
	for _, list := range l.suspects {
		for _, s := range list {
			l.convict(s)
		}
	}
}
