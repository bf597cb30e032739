package gateway

import (
	"fmt"
	"slices"
	"sync"

	"github.com/relaysim/relaysim/gateway/wire"
)

// lane is one session that is busy: a turn runs in it (TURN-1), or commands hold
// it, or both. What comes for it meanwhile waits in its slot (TURN-2), or in its
// queue where a user asked for that (TURN-4).
type lane struct {
	turn  *Turn // that runs, or is about to; nil while only commands hold the lane
	holds int   // commands under way after which what waits is handled (TURN-3)
	slot  slot
	queue []*Turn // first in, first out; after what is in the slot
}

// lanes holds the busy sessions. An idle session has no lane.
type lanes struct {
	maxText  int // bytes that may wait in one slot
	maxBytes int // that all lanes may hold

	mu      sync.Mutex
	bytes   int              // Guarded by mu. Held by the turns that run or wait, and the answers.
	answers int              // Guarded by mu. Commands that are being answered.
	byKey   map[string]*lane // Guarded by mu, and so are the lanes in it.
}

const (
	// maxLanes bounds the sessions that are busy at one time. An event for one
	// more is dropped.
	maxLanes = 10_000
	// maxQueued bounds the queue of one session.
	maxQueued = 100
	// maxAnswers bounds the commands that are being answered at one time, over
	// all sessions.
	maxAnswers = 1000
	// minHeld is how many bytes of events may run, wait or be answered over all
	// sessions, or four messages where one may be longer than that. An event that
	// would be over it is dropped.
	minHeld = 64 << 20
)

// errQueueFull is why nothing more can be queued in a session.
var errQueueFull = fmt.Errorf("%d turns are queued in the session", maxQueued)

func (ls *lanes) init(maxMessage int) {
	ls.maxText = maxMessage
	ls.maxBytes = max(minHeld, 4*maxMessage)
	ls.byKey = map[string]*lane{}
}

// admit accepts a turn into its lane. It returns the turn when it is to begin
// now, nil when it waits, and an error when there is no room for it.
func (ls *lanes) admit(t *Turn) (begin *Turn, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, err := ls.room(t)
	if err != nil {
		return nil, err
	}
	if !l.busy() {
		l.turn = t
		return t, nil
	}
	replaced, err := l.slot.put(t, ls.maxText)
	if err != nil {
		ls.bytes -= t.size
		return nil, err
	}
	ls.free(replaced)
	return nil, nil
}

// enqueue accepts a turn at the end of its session's queue (TURN-4). It returns
// the turn when it is to begin now, else how many wait in the queue.
func (ls *lanes) enqueue(t *Turn) (begin *Turn, depth int, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.byKey[t.SessionKey]; l != nil && len(l.queue) >= maxQueued {
		return nil, 0, errQueueFull
	}
	l, err := ls.room(t)
	if err != nil {
		return nil, 0, err
	}
	if !l.busy() {
		l.turn = t
		return t, 0, nil
	}
	l.queue = append(l.queue, t)
	return nil, len(l.queue), nil
}

// takeIn makes room for a command that is to be answered, or says that there is
// none.
func (ls *lanes) takeIn(t *Turn) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.answers >= maxAnswers || ls.bytes+t.size > ls.maxBytes {
		return false
	}
	ls.answers++
	ls.bytes += t.size
	return true
}

// giveBack ends what takeIn began.
func (ls *lanes) giveBack(t *Turn) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.answers--
	ls.free(t)
}

// room finds or makes the lane of a turn that there is room for. The caller
// holds mu.
func (ls *lanes) room(t *Turn) (*lane, error) {
	if ls.bytes+t.size > ls.maxBytes {
		return nil, fmt.Errorf("%d bytes run or wait already", ls.bytes)
	}
	l, err := ls.lane(t.SessionKey)
	if err == nil {
		ls.bytes += t.size
	}
	return l, err
}

// lane finds or makes the lane of a session. The caller holds mu.
func (ls *lanes) lane(key string) (*lane, error) {
	l := ls.byKey[key]
	if l == nil {
		if len(ls.byKey) >= maxLanes {
			return nil, fmt.Errorf("%d sessions are busy", maxLanes)
		}
		l = &lane{}
		ls.byKey[key] = l
	}
	return l, nil
}

// free gives back what turns held that are over or will not run. The caller
// holds mu.
func (ls *lanes) free(turns ...*Turn) {
	for _, t := range turns {
		if t != nil {
			ls.bytes -= t.size
		}
	}
}

func (l *lane) busy() bool { return l.turn != nil || l.holds > 0 }

// next ends a turn and takes the one that is handled after it. There is none
// while commands hold the lane: the last of them goes on with it.
func (ls *lanes) next(t *Turn) *Turn {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.byKey[t.SessionKey]
	ls.free(t)
	l.turn = nil
	return ls.goOn(t.SessionKey, l)
}

// hold lets nothing begin in a session until it is released, and returns the
// turn that runs there, if one does. clear drops the session's queue (TURN-4).
func (ls *lanes) hold(key string, clear bool) (running *Turn, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, err := ls.lane(key)
	if err != nil {
		return nil, err
	}
	l.holds++
	if clear {
		ls.free(l.queue...)
		l.queue = nil
	}
	return l.turn, nil
}

// release ends a hold and takes the turn that is to begin now, if there is one.
// first comes before what waits, unless a turn runs; it may be nil.
func (ls *lanes) release(key string, first *Turn) *Turn {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.byKey[key]
	l.holds--
	if first != nil {
		ls.bytes += first.size
		if !l.busy() {
			l.turn = first
			return first
		}
		l.queue = slices.Insert(l.queue, 0, first)
	}
	return ls.goOn(key, l)
}

// goOn takes what waits in a lane that has become free: what is in the slot,
// else the first of the queue. A lane in which nothing waits is given up. The
// caller holds mu.
func (ls *lanes) goOn(key string, l *lane) *Turn {
	if l.busy() {
		return nil
	}
	l.turn = l.slot.take()
	if l.turn == nil && len(l.queue) > 0 {
		l.turn, l.queue = l.queue[0], l.queue[1:]
	}
	if l.turn == nil {
		delete(ls.byKey, key)
	}
	return l.turn
}

// hasWaiting says whether something waits behind a turn that runs.
func (ls *lanes) hasWaiting(t *Turn) bool {
	slot, queue := ls.waiting(t.SessionKey)
	return slot || queue > 0
}

// waiting says what waits in a session: something in its slot, and how many in
// its queue.
func (ls *lanes) waiting(key string) (slot bool, queue int) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.byKey[key]; l != nil {
		return l.slot.turn != nil, len(l.queue)
	}
	return false, 0
}

// isBusy says whether a message for the session would wait.
func (ls *lanes) isBusy(key string) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return ls.byKey[key] != nil
}

// busyIn are the sessions of the turns that run in a chat or thread and are
// wanted.
func (ls *lanes) busyIn(chat string, wanted func(key string, src wire.Source) bool) []string {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var keys []string
	for key, l := range ls.byKey {
		if l.turn == nil {
			continue
		}
		src := l.turn.Event.Source
		place := src.ChatID
		if src.ThreadID != "" {
			place = src.ThreadID // which is a channel of its own to Discord
		}
		if place == chat && wanted(key, src) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
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
