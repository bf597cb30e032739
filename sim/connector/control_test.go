package connector_test

import (
	"testing"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

func TestCloseWithACode(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 2999, 5000} {
		if r.CloseConn("", code, "") == nil {
			t.Errorf("code %d cannot be sent, yet it is no error", code)
		}
	}
	if r.CloseConn("", 1001, string(make([]byte, 124))) == nil {
		t.Error("too long a reason is no error")
	}
	if r.CloseConn("nobody", 1001, "") == nil {
		t.Error("an unknown socket is no error")
	}
	if err := r.CloseConn("gw-1", 1012, "again"); err != nil {
		t.Fatal(err)
	}
	// From here on nobody is connected, whether or not the gateway has seen it.
	if err := r.Deliver(event(nil)); !dropped(err, "no gateway") {
		t.Errorf("got %v", err)
	}
	if code, reason := p.closed(); code != 1012 || reason != "again" {
		t.Errorf("got close %d %q", code, reason)
	}
	r.Close()
	if o := r.only(trace.Close); o.From != trace.Connector || o.Code != 1012 || o.Reason != "again" {
		t.Errorf("got %+v", o)
	}
}

func TestDropHasNoCloseFrame(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	if err := r.Drop("gw-1"); err != nil {
		t.Fatal(err)
	}
	if code, _ := p.closed(); code != -1 {
		t.Errorf("got close %d, want none", code)
	}
	if o := r.only(trace.Close); o.From != trace.Connector || o.Code != -1 {
		t.Errorf("got %+v", o)
	}
	if r.Drop("gw-1") == nil {
		t.Error("it can be dropped twice")
	}
}

func TestCloseByTheGateway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(p *peer)
		code int
	}{
		"with a code":    {func(p *peer) { p.Close(websocket.StatusGoingAway, "") }, 1001},
		"without a code": {func(p *peer) { p.Close(websocket.StatusNoStatusRcvd, "") }, 1005},
		"cut":            {func(p *peer) { p.CloseNow() }, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(ends, 1)
			r := newRig(t, connector.Options{Activity: ended})
			p := r.gateway("gw-1", "secret-1")
			c.end(p)
			<-ended // its reading goroutine is done
			if o := r.only(trace.Close); o.From != trace.Gateway || o.Code != c.code {
				t.Errorf("got %+v", o)
			}
		})
	}
}

// ends is an Activity that passes on every End.
type ends chan struct{}

func (ends) Begin() {}
func (e ends) End() { e <- struct{}{} }

func TestForwardAsItIs(t *testing.T) { // PT-6
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	for _, forward := range []string{`null`, `7`, `{"headers":[["a"], "b"] }`} {
		if err := r.Forward("", []byte(forward)); err != nil {
			t.Fatal(err)
		}
		if m, _ := p.message(); m != `{"type":"passthrough_forward","forward":`+forward+"}\n" {
			t.Errorf("got %s", m)
		}
	}
	if r.Forward("nobody", []byte("{}")) == nil {
		t.Error("an unknown socket is no error")
	}
}
