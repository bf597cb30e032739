package connector_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/trace"
)

// buffering is one gateway whose deliveries wait for it.
func buffering() connector.Options {
	return connector.Options{Gateways: []connector.Gateway{{ID: "gw-1", Secrets: []string{"secret-1"}, Buffered: true}}}
}

// say delivers an event with this text.
func (r *rig) say(to, text string) {
	r.t.Helper()
	d := event(nil)
	d.To, d.Event["text"] = to, text
	r.deliver(d)
}

// delivered takes the next delivery and returns its text and its bufferId.
func (p *peer) delivered() (text, id string) {
	p.t.Helper()
	f := p.frame()
	e, _ := f["event"].(map[string]any)
	text, _ = e["text"].(string)
	id, _ = f["bufferId"].(string)
	if f["type"] != "inbound" {
		p.t.Fatalf("got %v, want an event", f)
	}
	return text, id
}

// wantDelivered takes a delivery; live says that it has no bufferId, which is
// returned.
func (p *peer) wantDelivered(text string, live bool) string {
	p.t.Helper()
	got, id := p.delivered()
	if got != text || (id == "") != live {
		p.t.Errorf("got %q with bufferId %q, want %q, live: %v", got, id, text, live)
	}
	return id
}

func (p *peer) ack(id string) {
	p.t.Helper()
	p.send(fmt.Sprintf(`{"type":"inbound_ack","bufferId":%q}`, id) + "\n")
}

// goIdle says going_idle and takes the ack.
func (p *peer) goIdle() {
	p.t.Helper()
	p.send(`{"type":"going_idle"}` + "\n")
	if f := p.frame(); f["type"] != "going_idle_ack" {
		p.t.Fatalf("got %v, want the ack", f)
	}
}

// buffered are the texts that wait for a gateway.
func (r *rig) buffered(gateway string) []string {
	r.t.Helper()
	frames, _, err := r.Buffered(gateway)
	if err != nil {
		r.t.Fatal(err)
	}
	var texts []string
	for _, f := range frames {
		text, _ := trace.Text(trace.Field(f, "event", "text"))
		texts = append(texts, text)
	}
	return texts
}

func (r *rig) wantBuffered(gateway string, want ...string) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.buffered(gateway)); diff != "" {
		r.t.Errorf("buffer of %s (-want +got)\n%s", gateway, diff)
	}
}

func TestFlipThenDrain(t *testing.T) { // IDLE-2, IDLE-3, IDLE-4
	t.Parallel()
	r := newRig(t, buffering())
	p := r.gateway("gw-1", "secret-1")
	r.say("", "live")
	p.wantDelivered("live", true)
	p.goIdle()
	p.goIdle() // twice does no harm
	r.say("", "one")
	r.say("", "two")
	p.sync() // nothing came
	r.wantBuffered("gw-1", "one", "two")
	p.CloseNow()

	p = r.gateway("gw-1", "secret-1")
	first := p.wantDelivered("one", false)
	r.say("", "three") // comes behind what is buffered
	p.sync()           // one at a time
	p.ack(first)
	p.ack(p.wantDelivered("two", false))
	p.ack(p.wantDelivered("three", false))
	p.sync()
	r.wantBuffered("gw-1")
	if _, flipped, _ := r.Buffered("gw-1"); flipped {
		t.Error("still flipped when all is acknowledged")
	}
	r.say("", "live again")
	p.wantDelivered("live again", true)
}

func TestDyingMidDrainRedeliversTheTail(t *testing.T) { // IDLE-6
	t.Parallel()
	r := newRig(t, buffering())
	for i := range 3 {
		r.say("gw-1", fmt.Sprint(i)) // never met, and its buffer is there
	}
	p := r.gateway("gw-1", "secret-1")
	p.ack(p.wantDelivered("0", false))
	unacked := p.wantDelivered("1", false)
	p.CloseNow()
	p = r.gateway("gw-1", "secret-1")
	if again := p.wantDelivered("1", false); again != unacked {
		t.Errorf("the same entry came as %q and as %q", unacked, again)
	}
	p.ack(unacked)
	p.ack(p.wantDelivered("2", false))
	p.sync()
	r.wantBuffered("gw-1")
}

func TestOnlyTheEntrySentIsAcknowledged(t *testing.T) { // IDLE-6, IDLE-8
	t.Parallel()
	o := buffering()
	o.Gateways = append(o.Gateways, connector.Gateway{ID: "gw-2", Secrets: []string{"secret-2"}, Buffered: true})
	r := newRig(t, o)
	for _, text := range []string{"a", "b", "c"} {
		r.say("gw-1", text)
	}
	frames, _, _ := r.Buffered("gw-1")
	notYet, _ := trace.Text(trace.Field(frames[1], "bufferId"))
	p, other := r.gateway("gw-1", "secret-1"), r.gateway("gw-2", "secret-2")
	id := p.wantDelivered("a", false)

	other.ack(id) // somebody else's
	other.sync()
	for _, ack := range []string{
		`{"type":"inbound_ack","bufferId":"nonsense"}`, `{"type":"inbound_ack","bufferId":""}`,
		`{"type":"inbound_ack","bufferId":7}`, `{"type":"inbound_ack"}`,
		fmt.Sprintf(`{"type":"inbound_ack","bufferId":%q}`, notYet), // not delivered yet
	} {
		p.send(ack + "\n")
		p.sync()
	}
	r.wantBuffered("gw-1", "a", "b", "c")
	p.ack(id)
	second := p.wantDelivered("b", false)
	p.ack(id) // already acknowledged
	p.sync()
	r.wantBuffered("gw-1", "b", "c")
	p.ack(second)
	p.wantDelivered("c", false)
}

func TestAckAfterGoingIdleCounts(t *testing.T) { // IDLE-1, IDLE-6
	t.Parallel()
	r := newRig(t, buffering())
	r.say("gw-1", "a")
	r.say("gw-1", "b")
	p := r.gateway("gw-1", "secret-1")
	id := p.wantDelivered("a", false)
	p.goIdle()
	p.ack(id)
	p.sync() // b is not sent to one that has said goodbye
	r.wantBuffered("gw-1", "b")
}

func TestBufferOfARevokedGatewayIsDropped(t *testing.T) { // REV-3
	t.Parallel()
	r := newRig(t, buffering())
	r.say("gw-1", "a")
	if err := r.Revoke("gw-1"); err != nil {
		t.Fatal(err)
	}
	r.wantBuffered("gw-1")
	if err := r.Deliver(event(nil)); !dropped(err, "no gateway") {
		t.Errorf("got %v", err)
	}
}

func TestForwardsAreBuffered(t *testing.T) { // IDLE-3, PT-7
	t.Parallel()
	r := newRig(t, buffering())
	for _, forward := range []string{`null`, `{"platform":"sms"}`} {
		if err := r.Forward("", []byte(forward)); err != nil {
			t.Fatal(err)
		}
	}
	p := r.gateway("gw-1", "secret-1")
	for _, forward := range []string{`null`, `{"platform":"sms"}`} {
		m, _ := p.message()
		head, tail, _ := strings.Cut(m, `,"bufferId":"`)
		id, end, _ := strings.Cut(tail, `"`)
		if head != `{"type":"passthrough_forward","forward":`+forward || end != "}\n" {
			t.Fatalf("got %s", m)
		}
		p.ack(id)
	}
}

func TestAbsentGatewayWithoutABuffer(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	if err := r.Deliver(event(nil)); !dropped(err, "no gateway") {
		t.Errorf("got %v", err)
	}
	r.wantBuffered("gw-1")
}

// TestWhatIsKeptSaysThatItsGatewaysKeep: of a gateway of which nothing is said,
// a connector that starts again knows by the flip, or by what waits, that its
// instance is to be kept for. IDLE-3
func TestWhatIsKeptSaysThatItsGatewaysKeep(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(r *rig) (waits []string){
		"a flip": func(r *rig) []string {
			r.gateway("gw-1", "secret-1").goIdle()
			return nil
		},
		"an entry": func(r *rig) []string {
			r.gateway("gw-1", "secret-1").goIdle()
			p := r.gateway("gw-1", "secret-1")
			p.sync() // nothing waited: the flip is clear
			r.deliver(connector.Delivery{To: "gw-1", Event: event(nil).Event})
			_, _ = p.delivered()
			p.CloseNow()
			for len(r.buffered("gw-1")) == 0 { // until its end is noticed
				r.say("", "one")
			}
			return r.buffered("gw-1")
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := buffering()
			o.Gateways[0].Buffered = false
			o.Buffers = buffer.NewMemory(buffer.Limits{})
			r := newRig(t, o)
			waits := leave(r)
			if _, flipped, _ := r.Buffered("gw-1"); flipped != (waits == nil) {
				t.Fatalf("flipped %v, %q waits", flipped, waits)
			}
			r.Close()
			r = newRig(t, o)
			r.say("", "after the restart")
			r.wantBuffered("gw-1", append(waits, "after the restart")...)
		})
	}
}

// TestAnOlderSocketTakesOverTheDrain: the newest ends in the middle of it, and
// an older one is still open. IDLE-6
func TestAnOlderSocketTakesOverTheDrain(t *testing.T) {
	t.Parallel()
	r := newRig(t, buffering())
	older := r.gateway("gw-1", "secret-1")
	older.goIdle()
	r.say("", "one")
	older.CloseNow()
	older = r.gateway("gw-1", "secret-1")
	older.wantDelivered("one", false)
	newest := r.gateway("gw-1", "secret-1")
	newest.wantDelivered("one", false)
	newest.CloseNow()
	older.ack(older.wantDelivered("one", false))
	older.sync()
	r.wantBuffered("gw-1")
}
