// Package batch plays many runs on a few workers and hands out their verdicts
// in the order of the list, whichever ends first. It knows nothing of
// scenarios, files or terminals.
package batch

import (
	"context"
	"sync"

	"github.com/relaysim/relaysim/sim/verdict"
)

// Run plays one scenario in one revision. When ctx ends it returns soon, with a
// verdict that is not judged.
type Run func(ctx context.Context) *verdict.Result

// Options says how the runs are played. Workers is required.
type Options struct {
	// Workers is how many runs are played at the same time, at least 1.
	Workers int
	// Order lists the indices of the runs in the order in which they begin. Nil
	// means the order of the list.
	Order []int
	// FailFast begins no further run once one has failed or was not judged. What
	// has begun is played to its end.
	FailFast bool
	// Began and Ended are told, on the caller's goroutine, of each run as it
	// happens, for a progress display. Nil means nobody is.
	Began, Ended func(i int)
}

// Play plays the runs and calls done for each that ended, in the order of the
// list, on the caller's goroutine. It returns how many runs never began: after
// a failure with FailFast, or after the end of ctx. All workers are gone when it
// returns.
func Play(ctx context.Context, runs []Run, o Options, done func(i int, r *verdict.Result)) (notRun int) {
	q := newQueue(len(runs), o.Order)
	events := make(chan event)
	workers := min(o.Workers, len(runs))
	for range workers {
		go func() {
			for ctx.Err() == nil {
				i, ok := q.take()
				if !ok {
					break
				}
				events <- event{what: began, i: i}
				r := runs[i](ctx)
				if o.FailFast && (r.Outcome == verdict.Failed || r.Outcome == verdict.NotJudged) {
					q.stop()
				}
				events <- event{what: ended, i: i, r: r}
			}
			events <- event{what: gone}
		}()
	}

	results := make([]*verdict.Result, len(runs))
	next := 0 // the first run not handed out yet
	for workers > 0 {
		switch e := <-events; e.what {
		case began:
			tell(o.Began, e.i)
		case ended:
			tell(o.Ended, e.i)
			results[e.i] = e.r
			for next < len(runs) && results[next] != nil {
				done(next, results[next])
				results[next] = nil // its trace is no longer needed
				next++
			}
		case gone:
			workers--
		}
	}
	// What is left are gaps of runs that never began, and what ended behind them.
	for ; next < len(runs); next++ {
		if results[next] == nil {
			notRun++
			continue
		}
		done(next, results[next])
	}
	return notRun
}

func tell(f func(i int), i int) {
	if f != nil {
		f(i)
	}
}

type event struct {
	what int
	i    int
	r    *verdict.Result // of ended
}

const (
	began = iota
	ended
	gone // a worker
)

// queue deals out indices.
type queue struct {
	mu    sync.Mutex
	order []int // Guarded by mu. What is left.
}

func newQueue(n int, order []int) *queue {
	if order == nil {
		for i := range n {
			order = append(order, i)
		}
	}
	return &queue{order: order}
}

func (q *queue) take() (i int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.order) == 0 {
		return 0, false
	}
	i, q.order = q.order[0], q.order[1:]
	return i, true
}

func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.order = nil
}
