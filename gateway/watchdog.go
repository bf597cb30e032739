package gateway

import (
	"sync"
	"sync/atomic"
	"time"
)

// watchdog ends a write that takes longer than its limit, in real time. It
// costs a write two atomic adds; its timer runs only while there are writes.
type watchdog struct {
	limit time.Duration
	bite  func()

	writes atomic.Uint64 // odd while one is under way; there is one at a time
	awake  atomic.Bool

	mu      sync.Mutex
	timer   *time.Timer // Guarded by mu.
	seen    uint64      // Guarded by mu. writes at the last check.
	stopped bool        // Guarded by mu.
}

func newWatchdog(limit time.Duration, bite func()) *watchdog {
	return &watchdog{limit: limit, bite: bite}
}

func (w *watchdog) enter() {
	w.writes.Add(1)
	if !w.awake.Load() && w.awake.CompareAndSwap(false, true) {
		w.mu.Lock()
		w.sleep()
		w.mu.Unlock()
	}
}

func (w *watchdog) leave() { w.writes.Add(1) }

// sleep sets the next check. The caller holds mu.
func (w *watchdog) sleep() {
	w.seen = w.writes.Load()
	switch {
	case w.stopped:
	case w.timer == nil:
		w.timer = time.AfterFunc(w.limit, w.check)
	default:
		w.timer.Reset(w.limit)
	}
}

// check bites when the write of the last check is still under way, and lies
// down when nothing was written since.
func (w *watchdog) check() {
	w.mu.Lock()
	now := w.writes.Load()
	stuck := now == w.seen && now%2 == 1
	if now == w.seen {
		w.awake.Store(false)
		if w.writes.Load() != now && w.awake.CompareAndSwap(false, true) {
			w.sleep() // a write began just now and saw us awake
		}
	} else {
		w.sleep()
	}
	w.mu.Unlock()
	if stuck {
		w.bite()
	}
}

func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if w.timer != nil {
		w.timer.Stop()
	}
}
