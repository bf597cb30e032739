package connector_test

import (
	"sync"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/bus"
	"github.com/relaysim/relaysim/sim/connector/state"
)

// slowBus is a bus on which messages arrive when pass is called, or never when
// lose is.
type slowBus struct {
	mu      sync.Mutex
	members []*slowMember
	waiting []func()
}

type slowMember struct {
	bus    *slowBus
	take   func(tenant string, message []byte)
	missed func()
}

func (b *slowBus) Join(take func(tenant string, message []byte), missed func()) bus.Member {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := &slowMember{b, take, missed}
	b.members = append(b.members, m)
	return m
}

func (m *slowMember) Publish(tenant string, message []byte) error {
	m.bus.mu.Lock()
	defer m.bus.mu.Unlock()
	for _, o := range m.bus.members {
		if o != m {
			m.bus.waiting = append(m.bus.waiting, func() { o.take(tenant, message) })
		}
	}
	return nil
}

func (*slowMember) Leave() {}

// taken is what waits, and the members; nothing waits any more.
func (b *slowBus) taken() (waiting []func(), members []*slowMember) {
	b.mu.Lock()
	defer b.mu.Unlock()
	waiting, b.waiting = b.waiting, nil
	return waiting, b.members
}

func (b *slowBus) pass() {
	waiting, _ := b.taken()
	for _, deliver := range waiting {
		deliver()
	}
}

func (b *slowBus) lose() {
	_, members := b.taken()
	for _, m := range members {
		m.missed()
	}
}

// twoSlow are two instances of one connector on a slow bus.
func twoSlow(t *testing.T) (east, west *rig, b *slowBus, st state.State) {
	t.Helper()
	b, st = &slowBus{}, state.NewMemory()
	o := buffering()
	o.Buffers, o.State, o.Bus = buffer.NewMemory(buffer.Limits{}), st, b
	return newRig(t, o), newRig(t, o), b, st
}

// What comes for a gateway at an instance that does not know yet that it was
// revoked is dropped when it does.
func TestRevokedElsewhereWhileSomethingComes(t *testing.T) { // REV-3
	t.Parallel()
	east, west, bus, st := twoSlow(t)
	if err := east.Revoke("gw-1"); err != nil {
		t.Fatal(err)
	}
	west.say("", "one")
	west.wantBuffered("gw-1", "one")
	if kept, err := st.Record("gw-1"); !kept.Revoked || kept.Secrets != nil || err != nil {
		t.Errorf("what is kept of a revoked gateway: %+v, %v", kept, err)
	}
	bus.pass()
	west.wantBuffered("gw-1")
	if err := west.Deliver(event(nil)); !dropped(err, "no gateway") {
		t.Errorf("got %v", err)
	}
}

func TestMessagesOfTheBusAreLost(t *testing.T) { // REV-3, BUS-1, AUTH-3
	t.Parallel()
	east, west, bus, _ := twoSlow(t)
	p := east.gateway("gw-1", "secret-1")
	p.sync() // nothing waits for it
	west.say("", "one")
	bus.lose()
	p.ack(p.wantDelivered("one", false)) // it is looked for

	if err := west.RotateSecrets("gw-1", []string{"secret-2"}); err != nil {
		t.Fatal(err)
	}
	bus.lose()
	if code, _ := east.dial("gw-1", "secret-1").closed(); code != 4401 {
		t.Errorf("the old secret is answered %d", code)
	}
	if err := west.Revoke("gw-1"); err != nil {
		t.Fatal(err)
	}
	bus.lose()
	if code, _ := p.closed(); code != 4401 {
		t.Errorf("the socket of a revoked gateway ends with %d", code)
	}
}

// An instance that pokes and never holds the socket pokes for each time that the
// gateway has gone idle elsewhere.
func TestPokesFromWhereNobodyIs(t *testing.T) { // WAKE-1, BUS-1
	t.Parallel()
	url, poked, answer := pokes(t)
	close(answer)
	ended := make(ends, 64)
	o := buffering()
	o.Gateways[0].WakeURL, o.Activity = url, ended
	o.Buffers, o.State, o.Bus = buffer.NewMemory(buffer.Limits{}), state.NewMemory(), &bus.Local{}
	east, west := newRig(t, o), newRig(t, o)
	for _, text := range []string{"one", "two"} {
		p := east.gateway("gw-1", "secret-1")
		p.goIdle()
		west.clock.Advance(time.Hour)
		west.say("", text)
		wantPoke(t, poked)
		<-ended // it has been answered
		p = east.gateway("gw-1", "secret-1")
		p.ack(p.wantDelivered(text, false))
		p.sync()
	}
}
