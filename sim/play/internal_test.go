package play

import (
	"strings"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
)

// These tests look inside because nothing outside can break a run in these ways.

func startRun(t *testing.T, timeout time.Duration) *run {
	t.Helper()
	stage, err := NewStage()
	if err != nil {
		t.Fatal(err)
	}
	sc, err := scenario.Load("x.yaml", []byte("name: x\nsteps:\n  - expect: {state: connected}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := newRun(stage, sc, wire.R8, Options{Timeout: timeout})
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func TestAClockErrorFailsTheRun(t *testing.T) {
	r := startRun(t, time.Minute)
	r.clock.faults.Errorf("cannot advance %d", 7)
	err := r.play(t.Context())
	if err == nil || !strings.Contains(err.Error(), "virtual time: cannot advance 7") {
		t.Errorf("got %v, want the clock's complaint", err)
	}
}

func TestTimePassesFromTimerToTimer(t *testing.T) {
	r := startRun(t, time.Minute)
	var fired []time.Duration
	for _, d := range []time.Duration{time.Second, 3 * time.Second, 24 * time.Hour} {
		r.clock.AfterFunc(d, func() { fired = append(fired, r.clock.sinceStart()) })
	}
	if err := r.pass(t.Context(), 24*time.Hour, false); err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{time.Second, 3 * time.Second, 24 * time.Hour}
	if len(fired) != 3 || fired[0] != want[0] || fired[1] != want[1] || fired[2] != want[2] {
		t.Errorf("got %v, want %v", fired, want)
	}
}

func TestAnUnbalancedCountFailsTheRun(t *testing.T) {
	r := startRun(t, time.Minute)
	r.counter.End()
	if err := r.play(t.Context()); err == nil {
		t.Error("got no error from a count that fell below zero")
	}
}

func TestThingsAgreeInNumber(t *testing.T) {
	if one, two := things(1), things(2); one != "1 thing is" || two != "2 things are" {
		t.Errorf("got %q, %q", one, two)
	}
}

// What is told to take its time does not use up the time that a run may take.
func TestThePaceIsBesideTheTimeout(t *testing.T) {
	sc, err := scenario.Load("x.yaml", []byte("name: x\nsteps:\n- advance: 2s\n- repeat: {times: 2, steps: [{advance: 1s}]}\n- expect: {state: connected}\n"))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Pace: 20, Timeout: time.Second}
	if got, want := o.allowed(sc), 1200*time.Millisecond; got != want {
		t.Errorf("a run may take %v, want %v", got, want)
	}
}
