package redis_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/quartz"
	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/bus"
	"github.com/relaysim/relaysim/sim/connector/state"
)

// TestConnectors kills the one of two connector instances that holds the socket,
// and sees nothing lost, whatever they share (BUS-1).
func TestConnectors(t *testing.T) { // BUS-1, IDLE-3
	t.Parallel()
	t.Run("in this process", func(t *testing.T) {
		t.Parallel()
		testConnectors(t, connector.Options{Buffers: buffer.NewMemory(buffer.Limits{}), State: state.NewMemory(), Bus: &bus.Local{}})
	})
	servers(t, func(t *testing.T, url string) {
		s := open(t, url)
		testConnectors(t, connector.Options{Buffers: s.Buffers(buffer.Limits{}), State: s.State(), Bus: s.Bus()})
	})
}

func testConnectors(t *testing.T, o connector.Options) {
	o.Gateways = []connector.Gateway{{ID: "gw-1", Secrets: []string{"secret-1"}, Buffered: true}}
	o.World = connector.NewWorld(quartz.NewReal(), nil)
	east, west := start(t, o), start(t, o)

	g := east.dial(t)
	west.say(t, "one")
	g.ack(t, g.take(t, "one"))
	west.say(t, "two")
	g.take(t, "two") // and no ack
	west.say(t, "three")
	east.Close()
	west.say(t, "four")
	g = west.dial(t)
	for _, text := range []string{"two", "three", "four"} {
		g.ack(t, g.take(t, text))
	}
	if err := west.Revoke("gw-1"); err != nil {
		t.Fatal(err)
	}
	if frames, _, err := start(t, o).Buffered("gw-1"); len(frames) != 0 || err != nil {
		t.Errorf("what waited for a revoked gateway: %q, %v", frames, err)
	}
}

// instance is a connector behind a server of its own.
type instance struct {
	*connector.Connector
	url string
}

func start(t *testing.T, o connector.Options) *instance {
	c := connector.New(o)
	server := httptest.NewServer(c)
	t.Cleanup(func() {
		c.Close()
		server.Close()
		http.DefaultClient.CloseIdleConnections()
	})
	return &instance{c, server.URL}
}

func (i *instance) say(t *testing.T, text string) {
	t.Helper()
	err := i.Deliver(connector.Delivery{Event: map[string]any{"text": text, "source": map[string]any{"chat_id": "C1"}}})
	if err != nil {
		t.Fatal(err)
	}
}

// hand is a gateway played by hand.
type hand struct{ ws *websocket.Conn }

func (i *instance) dial(t *testing.T) hand {
	t.Helper()
	token := auth.Mint("gw-1", "secret-1", time.Now(), time.Minute)
	ws, _, err := websocket.Dial(context.Background(), i.url+"/relay", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.CloseNow() })
	h := hand{ws}
	h.write(t, map[string]string{"type": "hello", "platform": "discord", "botId": "discord-bot"})
	if f := h.read(t); f.Type != "descriptor" {
		t.Fatalf("got %+v, want a descriptor", f)
	}
	return h
}

type frame struct {
	Type     string `json:"type"`
	BufferID string `json:"bufferId"`
	Event    struct {
		Text string `json:"text"`
	} `json:"event"`
}

func (h hand) write(t *testing.T, v any) {
	t.Helper()
	b, _ := json.Marshal(v) // texts
	if err := h.ws.Write(context.Background(), websocket.MessageText, append(b, '\n')); err != nil {
		t.Fatal(err)
	}
}

func (h hand) read(t *testing.T) (f frame) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, b, err := h.ws.Read(ctx)
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (h hand) take(t *testing.T, text string) (id string) {
	t.Helper()
	f := h.read(t)
	if f.Event.Text != text || f.BufferID == "" {
		t.Fatalf("got %+v, want a buffered %q", f, text)
	}
	return f.BufferID
}

func (h hand) ack(t *testing.T, id string) {
	t.Helper()
	h.write(t, map[string]string{"type": "inbound_ack", "bufferId": id})
}
