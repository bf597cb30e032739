package law

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// mostInLine bounds the messages of one session that are remembered.
const mostInLine = 100

// waits holds TURN-2 and TURN-4: the texts that a user writes while their turn
// runs become the next one, a line for each, and what they queue gets a turn
// each, in its order. It judges who writes in one place: what a session that
// others share does with their messages, only its gateway knows.
type waits struct {
	known   *Known
	report  report
	event   *event
	running map[string]speaker // whose turn runs, by session key, without a message
	lanes   map[speaker]*line  // by who and where, without a message
}

// line is what waits for one speaker's session.
type line struct {
	texts []said // in the slot: the last run of texts
	left  []said // that were in the slot when a turn began with others of it
	queue []said
}

// said is a message that waits.
type said struct {
	message, text string
	at            time.Duration
	sure          bool // the turn that it waited for ended well after it had come
}

func (l *waits) frame(o *trace.Observation, _ *socket, f *frame) {
	if !l.known.TurnsShown || o.From != trace.Connector || f.typ != "inbound" || !f.in.good || f.in.messageID == "" || f.in.user == "" {
		return
	}
	by := speaker{place: f.in.place, user: f.in.user, peer: o.Peer}
	w := l.lanes[by]
	if between := w != nil && len(w.texts) > 0; !between && !l.runs(by) {
		return // between two turns it may still wait with what waits for the next
	}
	if w == nil {
		w = &line{}
		l.lanes[by] = w
	}
	w.take(&f.in, o.At)
}

// runs says whether a turn of the speaker's runs.
func (l *waits) runs(by speaker) bool {
	for _, s := range l.running {
		if s == by {
			return true
		}
	}
	return false
}

// take lets a message wait as its kind does.
func (w *line) take(d *delivery, at time.Duration) {
	name, args, _ := strings.Cut(d.text, " ")
	switch {
	case name == "/queue" || name == "/q":
		if args = strings.TrimSpace(args); args != "" && len(w.queue) < mostInLine {
			w.queue = append(w.queue, said{message: d.messageID, text: args})
		}
	case name == "/new" || name == "/reset":
		w.queue = nil
	case d.command: // it is answered, or takes the place of what waits
		w.texts = nil
	case d.kind != "" && d.kind != "text" || d.text == "" || len(w.texts) >= mostInLine:
		w.texts = nil // it takes their place
	default:
		w.texts = append(w.texts, said{message: d.messageID, text: d.text, at: at})
	}
}

func (l *waits) observe(o *trace.Observation, _ *socket) {
	switch {
	case !l.known.TurnsShown:
	case o.Kind == trace.Open: // perhaps another life of the gateway: nothing waits in it
		maps.DeleteFunc(l.lanes, func(by speaker, _ *line) bool { return by.peer == o.Peer })
		maps.DeleteFunc(l.running, func(_ string, by speaker) bool { return by.peer == o.Peer })
	case o.Kind == trace.Routed:
		l.begin(o)
	case o.Kind == trace.Agent && (o.Call == "return" || o.Call == "raise"):
		key := turnKey(o)
		if w := l.lanes[l.running[key]]; w != nil {
			for i := range w.texts {
				w.texts[i].sure = o.At-w.texts[i].at >= soon // else it may not have been read yet
			}
		}
		delete(l.running, key)
	}
}

func (l *waits) begin(o *trace.Observation) {
	e := l.event
	if strings.HasPrefix(e.text, "/") {
		return // a command, beside what runs
	}
	by := speaker{place: e.place, user: e.user, peer: o.Peer}
	if w := l.lanes[by]; w != nil {
		l.merged(o, w)
		l.queued(o, w)
	}
	l.running[o.SessionKey] = by
}

// merged looks at a turn whose message waited in the slot.
func (l *waits) merged(o *trace.Observation, w *line) {
	is := func(s said) bool { return s.message == l.event.messageID }
	if i := slices.IndexFunc(w.left, is); i >= 0 {
		if w.left[i].sure {
			l.report("TURN-2", o.Seq, "message %s began a turn of its own, although it waited with the one before it: they are one turn, a line for each", w.left[i].message)
		}
		w.left = w.left[i+1:]
		return
	}
	i := slices.IndexFunc(w.texts, is)
	if i < 0 {
		return
	}
	text, rest := w.texts[i].text, w.texts[i+1:]
	for len(rest) > 0 && text != l.event.text {
		text, rest = text+"\n"+rest[0].text, rest[1:]
	}
	if text != l.event.text && strings.HasPrefix(l.event.text, w.texts[i].text) {
		l.report("TURN-2", o.Seq, "the turn of message %s, which waited, says %q, want the texts that waited, joined by newlines", l.event.messageID, l.event.text)
	}
	w.texts, w.left = nil, rest
}

// queued looks at a turn that was queued: it comes after those queued before it,
// and alone.
func (l *waits) queued(o *trace.Observation, w *line) {
	i := slices.IndexFunc(w.queue, func(s said) bool { return s.message == l.event.messageID })
	if i < 0 {
		return
	}
	if i > 0 {
		l.report("TURN-4", o.Seq, "the turn queued by message %s began before that of %s, which was queued first", w.queue[i].message, w.queue[0].message)
	}
	if w.queue[i].text != l.event.text {
		l.report("TURN-4", o.Seq, "the turn queued by message %s says %q, want %q alone", w.queue[i].message, l.event.text, w.queue[i].text)
	}
	w.queue = slices.Delete(w.queue, i, i+1)
}

func (l *waits) end() {}
