// Package buffertest is the test that every buffer.Buffers must pass.
package buffertest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/relaysim/relaysim/sim/connector/buffer"
)

var (
	east    = buffer.Name{Tenant: "acme", Instance: "east"}
	west    = buffer.Name{Tenant: "acme", Instance: "west"}
	foreign = buffer.Name{Tenant: "other", Instance: "east"}
)

// Test tests buffers that open makes, each time empty and with these limits.
func Test(t *testing.T, open func(t *testing.T, l buffer.Limits) buffer.Buffers) {
	for name, test := range map[string]func(t *testing.T, open func(buffer.Limits) buffer.Buffers){
		"in order, each instance on its own": order,
		"removed for good, once":             removed,
		"flips":                              flips,
		"forgotten":                          forgotten,
		"bounded":                            bounded,
		"from many goroutines":               many,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, func(l buffer.Limits) buffer.Buffers { return open(t, l) })
		})
	}
}

func add(t *testing.T, b buffer.Buffers, of buffer.Name, text string) buffer.Entry {
	t.Helper()
	e, _, err := b.Append(of, []byte(text+"\n"))
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	if string(e.Frame) != text+"\n" || e.ID == "" {
		t.Fatalf("append %s: got %q", text, e)
	}
	return e
}

// wantTexts looks at what waits, all of it and the first.
func wantTexts(t *testing.T, b buffer.Buffers, of buffer.Name, want ...string) {
	t.Helper()
	list, err := b.List(of)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, string(e.Frame[:len(e.Frame)-1]))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v: got %q, want %q", of, got, want)
	}
	first, found, err := b.First(of)
	if err != nil || found != (len(want) > 0) || found && first.ID != list[0].ID {
		t.Errorf("%v: first is %q, %v, %v", of, first.ID, found, err)
	}
	if state, err := b.State(of); err != nil || state.Entries != len(want) {
		t.Errorf("%v: state %+v, %v", of, state, err)
	}
}

func order(t *testing.T, open func(buffer.Limits) buffer.Buffers) { // IDLE-3
	b := open(buffer.Limits{})
	wantTexts(t, b, east)
	ids := map[string]bool{}
	for _, of := range []buffer.Name{east, west, foreign, east, foreign} {
		ids[add(t, b, of, fmt.Sprintf(`{"n": %d}`, len(ids)+1)).ID] = true
	}
	if len(ids) != 5 {
		t.Errorf("entries share ids: %v", ids)
	}
	wantTexts(t, b, east, `{"n": 1}`, `{"n": 4}`)
	wantTexts(t, b, west, `{"n": 2}`)
	wantTexts(t, b, foreign, `{"n": 3}`, `{"n": 5}`)
}

func removed(t *testing.T, open func(buffer.Limits) buffer.Buffers) { // IDLE-6
	b := open(buffer.Limits{})
	first, second := add(t, b, east, "1"), add(t, b, east, "2")
	for _, c := range []struct {
		of   buffer.Name
		id   string
		want bool
	}{
		{west, first.ID, false}, // somebody else's
		{foreign, first.ID, false},
		{east, "nonsense", false},
		{east, "", false},
		{east, second.ID, true}, // in any order
		{east, second.ID, false},
		{east, first.ID, true},
		{east, first.ID, false},
	} {
		if found, err := b.Remove(c.of, c.id); found != c.want || err != nil {
			t.Errorf("remove %q of %v: %v, %v", c.id, c.of, found, err)
		}
	}
	wantTexts(t, b, east)
	if e := add(t, b, east, "3"); e.ID == first.ID || e.ID == second.ID {
		t.Errorf("id %q is used again", e.ID)
	}
}

func flips(t *testing.T, open func(buffer.Limits) buffer.Buffers) { // IDLE-2
	b := open(buffer.Limits{})
	for _, flipped := range []bool{true, true, false, true} {
		if err := b.Flip(east, flipped); err != nil {
			t.Fatal(err)
		}
		if state, err := b.State(east); state.Flipped != flipped || err != nil {
			t.Errorf("flipped %v, got %+v, %v", flipped, state, err)
		}
	}
	if state, _ := b.State(west); state.Flipped {
		t.Error("another instance is flipped as well")
	}
	if _, state, err := b.Append(east, []byte("1\n")); !state.Flipped || state.Entries != 1 || err != nil {
		t.Errorf("append says %+v, %v", state, err)
	}
}

func forgotten(t *testing.T, open func(buffer.Limits) buffer.Buffers) { // REV-3
	b := open(buffer.Limits{})
	add(t, b, east, "1")
	add(t, b, west, "2")
	if err := errors.Join(b.Flip(east, true), b.Forget(east), b.Forget(foreign)); err != nil {
		t.Fatal(err)
	}
	wantTexts(t, b, east)
	wantTexts(t, b, west, "2")
	if state, _ := b.State(east); state.Flipped {
		t.Error("the flip was not forgotten")
	}
}

func bounded(t *testing.T, open func(buffer.Limits) buffer.Buffers) {
	for _, l := range []buffer.Limits{{Entries: 2}, {Bytes: 4}} {
		b := open(l)
		add(t, b, east, "1")
		second := add(t, b, east, "2")
		if _, state, err := b.Append(east, []byte("3\n")); !errors.Is(err, buffer.ErrFull) || state.Entries != 2 {
			t.Errorf("%+v: got %+v, %v", l, state, err)
		}
		wantTexts(t, b, east, "1", "2") // what waits has no gap
		add(t, b, west, "4")            // each instance has its own bound
		if _, err := b.Remove(east, second.ID); err != nil {
			t.Fatal(err)
		}
		add(t, b, east, "5")
	}
}

func many(t *testing.T, open func(buffer.Limits) buffer.Buffers) {
	b := open(buffer.Limits{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				e, _, err := b.Append(east, []byte("1\n"))
				if err != nil {
					t.Error(err)
					return
				}
				if found, err := b.Remove(east, e.ID); !found || err != nil {
					t.Errorf("own entry %q: %v, %v", e.ID, found, err)
				}
			}
		})
	}
	all.Wait()
	wantTexts(t, b, east)
}
