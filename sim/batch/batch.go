// Package batch plays many runs on a few workers and hands out their verdicts
// in the order of the list, whichever ends first. It knows nothing of
// scenarios, files or terminals.
package batch

import (
	"context"

	"github.com/relaysim/relaysim/sim/verdict"
)

// Run plays one scenario in one revision. It must return soon after ctx ends.
type Run func(ctx context.Context) *verdict.Result

// Options says how the runs are played. Workers is required.
type Options struct {
	// Workers is how many runs are played at the same time.
	Workers int
	// Order lists the indices of the runs in the order in which they begin. Nil
	// means the order of the list.
	Order []int
	// FailFast begins no further run once one has failed or was not judged. What
	// has begun is played to its end.
	FailFast bool
	// Began is told, on the caller's goroutine, how many runs have begun and
	// ended whenever that changes. Nil means nobody is.
	Progress func(running, done int)
}

// Play plays the runs and calls done for each that ended, in the order of the
// list, on the caller's goroutine. It returns how many runs never began: after
// a failure with FailFast or after the end of ctx. All workers are gone when it
// returns.
func Play(ctx context.Context, runs []Run, o Options, done func(i int, r *verdict.Result)) (notRun int) {
	return len(runs)
}
