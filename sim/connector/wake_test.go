package connector_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

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
