package law

import (
	"slices"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostStops bounds the commands that are remembered.
const mostStops = 100

// stops holds TURN-3: /stop, /new and /reset, typed or pressed as slash commands,
// reach their user's turn in that chat at once. The session of an interaction is
// not that of the user's messages (DI-1), so a gateway that only looks there
// begins a turn beside the one it should cancel. A turn that was cancelled has no
// reply: one that goes on, returns and replies was not.
type stops struct {
	known   *Known
	report  report
	event   *event
	asked   []*stopped          // whose turn may still go on, oldest first
	running map[string]*speaker // whose turn runs, by session key
}

// speaker is a user in a place.
type speaker struct {
	place
	user, peer string
	message    string // what began the turn, or is the command
}

// place is where a session may be. An interaction says the chat only (DI-1).
type place struct{ platform, profile, chat, thread string }

// stopped is a command and the turns that it is about.
type stopped struct {
	by    *speaker
	name  string // as it was said
	seq   int
	at    time.Duration
	taken bool              // the gateway has begun with the command, or answered it
	turns map[string]string // the messages that began them, by session key
	done  map[string]bool   // turns that returned after it was taken, by message
}

func (l *stops) frame(o *trace.Observation, s *socket, f *frame) {
	switch {
	case !l.known.TurnsShown:
	case o.From == trace.Connector && f.in.interact && stopsTurn("/"+f.in.name):
		l.ask(o, f, "/"+f.in.name)
	case o.From == trace.Connector && !f.in.interact && stopsTurn(f.in.text):
		l.ask(o, f, f.in.text)
	case o.From == trace.Gateway && f.out.replyTo != "":
		l.replied(f.out.chat, f.out.replyTo)
	}
}

// ask notes a command and the turns that run and that it is about.
func (l *stops) ask(o *trace.Observation, f *frame, name string) {
	d := &f.in
	by := &speaker{place: d.place, user: d.user, peer: o.Peer, message: d.messageID}
	c := &stopped{by: by, name: name, seq: o.Seq, at: o.At, turns: map[string]string{}, done: map[string]bool{}}
	for key, s := range l.running {
		if s.user != "" && s.user == by.user && s.peer == by.peer && s.message != "" && s.in(by.place, d.interact) {
			c.turns[key] = s.message
		}
	}
	if len(c.turns) > 0 {
		l.asked = append(l.asked, c)
		l.asked = l.asked[max(0, len(l.asked)-mostStops):]
	}
}

// in says whether a turn's place is that of a command. One that is pressed in a
// thread names it as its channel.
func (s *speaker) in(p place, pressed bool) bool {
	if !pressed {
		return s.place == p
	}
	return s.chat == p.chat && s.thread == "" || s.thread == p.chat
}

// replied looks at what answers a message: a command, or the turn that it should
// have cancelled.
func (l *stops) replied(chat, message string) {
	l.asked = slices.DeleteFunc(l.asked, func(c *stopped) bool {
		c.taken = c.taken || c.by.chat == chat && c.by.message == message
		if c.done[message] {
			l.report("TURN-3", c.seq, "%s of user %s did not end that user's turn, whose reply to %s came after it: it must be cancelled at once",
				c.name, c.by.user, message)
			return true
		}
		return false
	})
}

func (l *stops) observe(o *trace.Observation, _ *socket) {
	switch {
	case !l.known.TurnsShown:
	case o.Kind == trace.Routed:
		l.begin(o)
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		l.finish(o, turnKey(o))
	}
}

func (l *stops) begin(o *trace.Observation) {
	e := l.event
	by := &speaker{place: e.place, user: e.user, peer: o.Peer, message: e.messageID}
	for _, c := range l.asked {
		if !c.taken && c.by.chat == by.chat && c.by.message == by.message {
			c.taken, c.seq = true, o.Seq
			return // it is no turn of its session
		}
	}
	l.running[o.SessionKey] = by
}

// finish takes in the end of a turn, which may be that of a command beside it.
func (l *stops) finish(o *trace.Observation, key string) {
	for _, c := range l.asked {
		message, about := c.turns[key]
		if about && o.Call == "return" && (c.taken || o.At-c.at >= late) {
			c.done[message] = true
		}
	}
	delete(l.running, key)
}

func (l *stops) end() {}
