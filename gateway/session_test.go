package gateway_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// slowKeeper is a Keeper whose disk takes as long as the test wants.
type slowKeeper struct {
	session.Keeper
	loaded error // what Load returns

	mu   sync.Mutex
	wait chan struct{} // Guarded by mu. Save returns when it is closed; nil: at once.
}

func (k *slowKeeper) Load() (session.Kept, bool, error)      { return session.Kept{}, true, k.loaded }
func (k *slowKeeper) Append(string, []session.Message) error { return nil }
func (k *slowKeeper) MarkClean() error                       { return nil }
func (k *slowKeeper) Release() error                         { return nil }

func (k *slowKeeper) Save(session.Kept) error {
	k.mu.Lock()
	wait := k.wait
	k.mu.Unlock()
	if wait != nil {
		<-wait
	}
	return nil
}

func (k *slowKeeper) hang() (goOn func()) {
	wait := make(chan struct{})
	k.mu.Lock()
	defer k.mu.Unlock()
	k.wait = wait
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.wait = nil
		close(wait)
	}
}

// keptBy gives a gateway a store with that Keeper.
func keptBy(t *testing.T, k session.Keeper) func(*gateway.Options) {
	store, err := session.NewStore(session.Options{Keeper: k})
	if err != nil {
		t.Fatal(err)
	}
	return func(o *gateway.Options) { o.Store = store }
}

// A disk that hangs holds up the turns whose sessions it is to keep, and nothing
// else: what the socket brings is handled.
func TestReadingDoesNotWaitForTheDisk(t *testing.T) { // FR-7, SES-7
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		keeper := &slowKeeper{}
		r, p := start(t, rev, silent, keptBy(t, keeper))
		goOn := keeper.hang()
		p.inbound(say("one"))
		p.inbound(say("two"))
		p.send(map[string]any{"type": "interrupt_inbound", "session_key": "agent:main:discord:group:C1:U1", "chat_id": "C1"})
		want := []string{"agent:main:discord:group:C1:U1 C1 true"}
		if got := r.seen.list(func(w *witness) []string { return w.cuts }); !slices.Equal(got, want) {
			t.Errorf("interrupts: %q", got)
		}
		goOn()
		if got := r.seen.texts(); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("routed: %q", got)
		}
	})
}

// What cannot be read is reported, and the gateway works on without it.
func TestSessionsSetAsideAreReported(t *testing.T) { // SES-7
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		aside := &session.SetAsideError{File: "f", Kept: "f.corrupt-1", Err: errors.New("torn")}
		r, p := start(t, rev, silent, keptBy(t, &slowKeeper{loaded: aside}))
		p.inbound(say("one"))
		if got := r.seen.texts(); !slices.Equal(got, []string{"one"}) {
			t.Errorf("routed: %q", got)
		}
		if !slices.Equal(r.seen.aside, []*session.SetAsideError{aside}) {
			t.Errorf("reported: %v", r.seen.aside)
		}
		if !strings.Contains(r.logged.String(), "f cannot be read and was set aside as f.corrupt-1: torn (SES-7)") {
			t.Errorf("logged: %s", r.logged)
		}
	})
}

// A gateway that cannot keep its sessions does not dial.
func TestRunWithoutItsSessions(t *testing.T) { // SES-7
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		locked := errors.New("permission denied")
		r := newRig(t, rev, silent, keptBy(t, &slowKeeper{loaded: locked}))
		r.run()
		if err := r.runResult(); !errors.Is(err, locked) {
			t.Errorf("got %v, want %v", err, locked)
		}
		if n := len(r.allPeers()); n != 0 {
			t.Errorf("%d sockets were opened", n)
		}
	})
}
