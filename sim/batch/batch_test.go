package batch_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/relaysim/relaysim/sim/batch"
	"github.com/relaysim/relaysim/sim/verdict"
)

// outcomes makes runs that end with these outcomes at once.
func outcomes(list ...verdict.Outcome) []batch.Run {
	var runs []batch.Run
	for _, o := range list {
		runs = append(runs, func(context.Context) *verdict.Result { return &verdict.Result{Outcome: o} })
	}
	return runs
}

// collect returns a done function and the indices it was called with.
func collect() (func(int, *verdict.Result), *[]int) {
	var got []int
	return func(i int, _ *verdict.Result) { got = append(got, i) }, &got
}

func TestVerdictsComeInListOrderWhateverEndsFirst(t *testing.T) {
	for _, workers := range []int{1, 2, 7, 100} {
		synctest.Test(t, func(t *testing.T) {
			var runs []batch.Run
			var want []int
			for i := range 20 {
				want = append(want, i)
				nap := time.Duration(rand.IntN(50)) * time.Millisecond
				runs = append(runs, func(context.Context) *verdict.Result {
					time.Sleep(nap) // virtual
					return &verdict.Result{Outcome: verdict.Passed}
				})
			}
			done, got := collect()
			notRun := batch.Play(t.Context(), runs, batch.Options{Workers: workers, Order: rand.Perm(20)}, done)
			if notRun != 0 || !slices.Equal(*got, want) {
				t.Errorf("%d workers: got %v and %d not run, want %v and 0", workers, *got, notRun, want)
			}
		})
	}
}

func TestOrderIsTheOrderOfBeginning(t *testing.T) {
	var mu sync.Mutex
	var got []int
	var runs []batch.Run
	for i := range 5 {
		runs = append(runs, func(context.Context) *verdict.Result {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, i)
			return &verdict.Result{Outcome: verdict.Passed}
		})
	}
	order := []int{3, 1, 4, 0, 2}
	done, _ := collect()
	batch.Play(t.Context(), runs, batch.Options{Workers: 1, Order: slices.Clone(order)}, done)
	if !slices.Equal(got, order) {
		t.Errorf("got %v, want %v", got, order)
	}
}

func TestFailFastBeginsNothingFurther(t *testing.T) {
	for _, bad := range []verdict.Outcome{verdict.Failed, verdict.NotJudged} {
		runs := outcomes(verdict.Passed, verdict.Skipped, bad, verdict.Passed, verdict.Passed)
		done, got := collect()
		notRun := batch.Play(t.Context(), runs, batch.Options{Workers: 1, FailFast: true}, done)
		if want := []int{0, 1, 2}; !slices.Equal(*got, want) || notRun != 2 {
			t.Errorf("%v: got %v and %d not run, want %v and 2", bad, *got, notRun, want)
		}
	}
}

func TestFailFastHandsOutWhatEndedBehindAGap(t *testing.T) {
	runs := outcomes(verdict.Passed, verdict.Failed, verdict.Passed)
	done, got := collect()
	notRun := batch.Play(t.Context(), runs, batch.Options{Workers: 1, FailFast: true, Order: []int{2, 1, 0}}, done)
	if want := []int{1, 2}; !slices.Equal(*got, want) || notRun != 1 {
		t.Errorf("got %v and %d not run, want %v and 1", *got, notRun, want)
	}
}

func TestWithoutFailFastEverythingRuns(t *testing.T) {
	done, got := collect()
	notRun := batch.Play(t.Context(), outcomes(verdict.Failed, verdict.Passed), batch.Options{Workers: 1}, done)
	if len(*got) != 2 || notRun != 0 {
		t.Errorf("got %v and %d not run, want both", *got, notRun)
	}
}

func TestTheEndOfTheContextStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // fails if a worker is left
		ctx, cancel := context.WithTimeout(t.Context(), time.Second) // virtual
		defer cancel()
		var runs []batch.Run
		for range 10 {
			runs = append(runs, func(ctx context.Context) *verdict.Result {
				<-ctx.Done()
				return &verdict.Result{Reason: "stopped"}
			})
		}
		done, got := collect()
		notRun := batch.Play(ctx, runs, batch.Options{Workers: 2}, done)
		if want := []int{0, 1}; !slices.Equal(*got, want) || notRun != 8 {
			t.Errorf("got %v and %d not run, want %v and 8", *got, notRun, want)
		}
	})
}

func TestProgressIsTold(t *testing.T) {
	running, ended := 0, 0
	o := batch.Options{
		Workers: 2,
		Began:   func(int) { running++ },
		Ended:   func(int) { running--; ended++ },
	}
	batch.Play(t.Context(), outcomes(verdict.Passed, verdict.Passed, verdict.Passed), o, func(int, *verdict.Result) {})
	if running != 0 || ended != 3 {
		t.Errorf("got %d running and %d ended, want 0 and 3", running, ended)
	}
}
