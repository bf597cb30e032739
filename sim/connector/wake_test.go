package connector_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

// A host that takes a poke and never answers holds up neither deliveries nor the
// end of the connector, and the poke itself is bounded.
func TestHangingPokeIsBounded(t *testing.T) { // WAKE-2
	t.Parallel()
	release := make(chan struct{})
	taken := make(chan struct{}, 8)
	host := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		taken <- struct{}{}
		<-release
	}))
	defer host.Close()
	defer close(release)
	ended := make(ends, 64)
	o := buffering()
	o.Gateways[0].WakeURL = host.URL
	o.WakeTimeout = 50 * time.Millisecond
	o.Activity = ended
	r := newRig(t, o)
	p := r.gateway("gw-1", "secret-1")
	p.goIdle()
	r.say("", "one")
	<-taken
	r.say("", "two") // while it hangs
	<-ended          // the poke gave up
	r.clock.Advance(time.Hour)
	r.say("", "three")
	<-taken   // another try
	r.Close() // does not wait for it
	notes := 0
	for _, o := range r.log.Since(0) {
		if o.Kind == trace.Note {
			notes++
		}
	}
	if notes != 2 {
		t.Errorf("got %d notes, want one for each poke", notes)
	}
	r.wantBuffered("gw-1", "one", "two", "three")
}

// pokes is a host that says when it is poked, and answers when it is told to.
func pokes(t *testing.T) (url string, poked chan struct{}, answer chan struct{}) {
	t.Helper()
	poked, answer = make(chan struct{}, 8), make(chan struct{})
	host := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		poked <- struct{}{}
		<-answer
	}))
	t.Cleanup(host.Close)
	return host.URL, poked, answer
}

func wantPoke(t *testing.T, poked chan struct{}) {
	t.Helper()
	select {
	case <-poked:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody is poked")
	}
}

// A host may answer when the gateway it woke has long gone idle again. That says
// nothing of the second time.
func TestLatePokeIsOfTheNapBefore(t *testing.T) { // WAKE-1
	t.Parallel()
	url, poked, answer := pokes(t)
	ended := make(ends, 64)
	o := buffering()
	o.Gateways[0].WakeURL, o.WakeTimeout, o.Activity = url, time.Minute, ended
	r := newRig(t, o)
	p := r.gateway("gw-1", "secret-1")
	p.goIdle()
	r.say("", "one")
	wantPoke(t, poked)
	again := r.gateway("gw-1", "secret-1")
	again.ack(again.wantDelivered("one", false))
	again.goIdle()
	close(answer) // only now
	<-ended
	r.clock.Advance(time.Hour)
	r.say("", "two")
	wantPoke(t, poked)
}

// Names of tenants and instances are any text, and one's cool-down is not
// another's.
func TestCoolDownIsOfOneTenant(t *testing.T) { // WAKE-2, SEC-3
	t.Parallel()
	url, poked, answer := pokes(t)
	close(answer)
	r := newRig(t, connector.Options{
		Tenants: []connector.Tenant{{ID: "a", Users: []string{"U1"}}, {ID: "a/b", Users: []string{"U2"}}},
		Gateways: []connector.Gateway{
			{ID: "gw-1", Tenant: "a", Instance: "b/c", Secrets: []string{"secret-1"}, WakeURL: url},
			{ID: "gw-2", Tenant: "a/b", Instance: "c", Secrets: []string{"secret-2"}, WakeURL: url},
		},
	})
	r.gateway("gw-1", "secret-1").goIdle()
	r.gateway("gw-2", "secret-2").goIdle()
	for _, author := range []string{"U1", "U2"} {
		r.deliver(connector.Delivery{Event: map[string]any{
			"text": "hi", "source": map[string]any{"chat_id": "C-" + author, "user_id": author},
		}})
		wantPoke(t, poked)
	}
}
