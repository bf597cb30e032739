package law

import "github.com/relaysim/relaysim/sim/trace"

// mostStops bounds the interactions that are remembered until they are routed.
const mostStops = 100

// stops holds TURN-3 for interactions: /stop, /new and /reset, pressed as slash
// commands, reach their user's turn in that chat. The session of an interaction
// is not that of the user's messages (DI-1), so a gateway that only looks there
// begins a turn beside the one it should cancel.
type stops struct {
	known   *Known
	report  report
	event   *event
	asked   []message           // interactions that stop, not routed yet
	running map[string]*speaker // whose turn runs, by session key
}

// speaker is a user in a chat.
type speaker struct{ chat, user, peer string }

func (l *stops) frame(o *trace.Observation, _ *socket, f *frame) {
	if o.From == trace.Connector && f.in.interact && stopsTurn("/"+f.in.name) {
		l.asked = append(l.asked, message{f.in.chat, f.in.messageID})
		l.asked = l.asked[max(0, len(l.asked)-mostStops):]
	}
}

func (l *stops) observe(o *trace.Observation, _ *socket) {
	switch {
	case !l.known.TurnsShown:
	case o.Kind == trace.Routed:
		l.begin(o)
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		delete(l.running, turnKey(o))
	}
}

func (l *stops) begin(o *trace.Observation) {
	by := &speaker{l.event.chat, l.event.user, o.Peer}
	if l.wasAsked(message{l.event.chat, l.event.messageID}) && by.user != "" {
		for key, other := range l.running {
			if key != o.SessionKey && *other == *by {
				l.report("TURN-3", o.Seq, "%s of user %s began a turn of its own in session %q while that user's turn in session %q went on: it must be cancelled at once",
					l.event.text, by.user, o.SessionKey, key)
			}
		}
	}
	l.running[o.SessionKey] = by
}

// wasAsked takes an interaction off the list.
func (l *stops) wasAsked(m message) bool {
	for i, asked := range l.asked {
		if asked == m {
			l.asked = append(l.asked[:i], l.asked[i+1:]...)
			return true
		}
	}
	return false
}

func (l *stops) end() {}
