package law

import (
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostAsked bounds the interrupts of one gateway that are remembered.
const mostAsked = 1000

// interrupts holds INT-2: an interrupt reaches exactly the session it names.
type interrupts struct {
	known  *Known
	report report
	turns  *turns
	asked  map[string][]string // session keys that were interrupted, by the gateway's name
	vague  map[string]int      // interrupts whose session key is no string
}

func (l *interrupts) frame(o *trace.Observation, _ *socket, f *frame) {
	if o.From != trace.Connector || f.typ != "interrupt_inbound" {
		return
	}
	key, ok := trace.Text(f.line.Field("session_key"))
	if !ok {
		l.vague[o.Peer]++ // what a gateway reads there is its own business
		return
	}
	asked := append(l.asked[o.Peer], key)
	l.asked[o.Peer] = asked[max(0, len(asked)-mostAsked):]
}

func (l *interrupts) observe(o *trace.Observation, _ *socket) {
	if o.Kind != trace.Interrupted {
		return
	}
	asked := l.asked[o.Peer]
	i := slices.Index(asked, o.SessionKey)
	switch {
	case i >= 0:
		l.asked[o.Peer] = slices.Delete(asked, i, i+1)
	case l.vague[o.Peer] > 0:
		l.vague[o.Peer]--
	case len(asked) > 0:
		l.report("INT-2", o.Seq, "an interrupt of session %q reached session %q", asked[0], o.SessionKey)
		return
	default:
		l.report("INT-2", o.Seq, "session %q was interrupted and nobody asked for it", o.SessionKey)
		return
	}
	if l.known.TurnsShown && !o.ActiveTurn && l.turns.runs(o.SessionKey, o.Peer) {
		l.report("INT-2", o.Seq, "an interrupt of session %q did not find the turn that runs there", o.SessionKey)
	}
}

func (l *interrupts) end() {}
