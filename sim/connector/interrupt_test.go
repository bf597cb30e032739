package connector_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

const groupSession = "agent:main:discord:group:C1:U1"

func (p *peer) wantInterrupt(session, chat string) {
	p.t.Helper()
	want := map[string]any{"type": "interrupt_inbound", "session_key": session, "chat_id": chat}
	if diff := cmp.Diff(want, p.frame()); diff != "" {
		p.t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInterruptFromTheConnector(t *testing.T) { // INT-2
	t.Parallel()
	r := newRig(t, twoTenants())
	a, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-b", "secret-b")
	if err := r.Interrupt("gw-b", "s\"1", "C1"); err != nil {
		t.Fatal(err)
	}
	b.wantInterrupt("s\"1", "C1")
	if err := r.Interrupt("", groupSession, "C1"); !dropped(err, "") {
		t.Errorf("nobody named, session unknown: got %v", err)
	}
	r.deliver(event(map[string]any{"guild_id": "GA"}))
	a.gotEvent()
	if err := r.Interrupt("", groupSession, "C1"); err != nil {
		t.Fatal(err)
	}
	a.wantInterrupt(groupSession, "C1")
	b.sync()
}

func TestInterruptOfAnUnknownSessionIsSentToTheOnlySocket(t *testing.T) { // INT-3
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	if err := r.Interrupt("", "nobody's", ""); err != nil {
		t.Fatal(err)
	}
	p.wantInterrupt("nobody's", "")
}

func TestInterruptFromAGateway(t *testing.T) { // INT-1, SEC-3
	t.Parallel()
	o := twoTenants()
	o.Gateways = append(o.Gateways, connector.Gateway{ID: "gw-a2", Tenant: "a", Secrets: []string{"secret-a2"}})
	r := newRig(t, o)
	a, a2, b := r.gateway("gw-a", "secret-a"), r.gateway("gw-a2", "secret-a2"), r.gateway("gw-b", "secret-b")
	d := event(map[string]any{"guild_id": "GA"})
	d.To = "gw-a"
	r.deliver(d)
	a.gotEvent()
	interrupt := func(p *peer, session string) {
		p.send(`{"type":"interrupt","session_key":"` + session + `","reason":null}` + "\n")
		p.sync()
	}
	interrupt(a2, groupSession)
	a.wantInterrupt(groupSession, "")
	if n := r.observed(trace.Note); len(n) != 0 {
		t.Errorf("got notes %v", n)
	}

	interrupt(a, groupSession) // its own: nothing to forward, nothing dropped
	if n := r.observed(trace.Note); len(n) != 0 {
		t.Errorf("its own session: got notes %v", n)
	}
	interrupt(b, groupSession) // another tenant's
	interrupt(a2, "agent:main:discord:group:C1:U2")
	if n := r.observed(trace.Note); len(n) != 2 {
		t.Errorf("got %d notes, want 2", len(n))
	}
	for _, p := range []*peer{a, a2, b} {
		p.sync()
	}
	if err := r.Drop("gw-a"); err != nil {
		t.Fatal(err)
	}
	interrupt(a2, groupSession) // it runs nowhere any more
}
