package gateway

import (
	"fmt"
	"strings"
	"sync"

	"github.com/relaysim/relaysim/gateway/wire"
)

// lane is one session that is busy: the turn that runs, and the slot in which
// the next one waits (TURN-1, TURN-2).
type lane struct {
	turn    *Turn
	waiting *Turn    // nil when the slot is free
	texts   []string // of the messages merged into what waits, its own first
	size    int      // bytes of texts
}

// lanes holds the busy sessions. An idle session has no lane.
type lanes struct {
	maxText int // bytes of text that may wait in one slot

	mu    sync.Mutex
	byKey map[string]*lane // Guarded by mu, and so are the lanes in it.
}

// maxLanes bounds the sessions that are busy at one time. An event for one
// more is dropped.
const maxLanes = 10_000

func (ls *lanes) init(maxText int) {
	ls.maxText = maxText
	ls.byKey = map[string]*lane{}
}

// admit accepts a turn into its lane. It returns the turn when it is to begin
// now, nil when it waits, and an error when there is no room for it.
func (ls *lanes) admit(t *Turn) (*Turn, error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.byKey[t.SessionKey]
	if l == nil {
		if len(ls.byKey) >= maxLanes {
			return nil, fmt.Errorf("%d sessions are busy", maxLanes)
		}
		ls.byKey[t.SessionKey] = &lane{turn: t}
		return t, nil
	}
	return nil, l.await(t, ls.maxText)
}

// await puts a turn into the slot. Texts merge under the first one's event, so
// its message is the one replied to; anything else replaces what waited
// (TURN-2).
func (l *lane) await(t *Turn, maxText int) error {
	text := t.Event.Text
	if l.waiting == nil || !isText(t.Event) || !isText(l.waiting.Event) {
		l.waiting, l.texts, l.size = t, []string{text}, len(text)
		return nil
	}
	if l.size+len(text) >= maxText {
		return fmt.Errorf("%d bytes of text wait for the session already", l.size)
	}
	l.texts = append(l.texts, text)
	l.size += len(text) + 1
	return nil
}

func isText(e *wire.Event) bool { return e.MessageType == "text" }

// next takes the turn that waits, or gives the lane up.
func (ls *lanes) next(l *lane) *Turn {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	t := l.waiting
	if t == nil {
		delete(ls.byKey, l.turn.SessionKey)
		return nil
	}
	t.Event.Text = strings.Join(l.texts, "\n")
	*l = lane{turn: t}
	return t
}

func (ls *lanes) hasWaiting(l *lane) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return l.waiting != nil
}

// running is the turn that runs in a session, or nil.
func (ls *lanes) running(key string) *Turn {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.byKey[key]; l != nil {
		return l.turn
	}
	return nil
}

// of is the lane of a turn that was admitted.
func (ls *lanes) of(t *Turn) *lane {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.byKey[t.SessionKey]
}

// begin runs a turn that was admitted, and what waits after it, on a goroutine
// of its own. Run waits for it.
func (g *Gateway) begin(t *Turn) {
	defer g.run(t) // even if the observer fails: its lane is busy until it ran
	g.routed(t)
}

func (g *Gateway) run(t *Turn) {
	g.work.Begin()
	g.turns.Go(func() {
		defer g.work.End()
		l := g.lanes.of(t)
		for {
			t.run(g.ctx, l)
			if t = g.lanes.next(l); t == nil || g.ctx.Err() != nil {
				return
			}
			g.routed(t)
		}
	})
}

// routed lets the turn's session begin it, and tells of it.
func (g *Gateway) routed(t *Turn) {
	t.began()
	if g.opt.Observer != nil {
		g.opt.Observer.Routed(t.SessionKey, t.Event)
	}
}

// interrupt tells exactly the turn of one session to stop; without one it
// changes nothing (INT-2, INT-3).
func (g *Gateway) interrupt(key, chatID string) {
	t := g.lanes.running(key)
	if g.opt.Observer != nil {
		g.opt.Observer.Interrupted(key, chatID, t != nil)
	}
	if t != nil {
		t.interrupt()
	}
}
