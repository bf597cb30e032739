package connector_test

import (
	"errors"
	"testing"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/sim/connector"
)

func asClose(err error, ce *websocket.CloseError) bool { return errors.As(err, ce) }

func TestHelloDescriptorEventResult(t *testing.T) {
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	err := r.Deliver(connector.Delivery{Event: map[string]any{
		"text": "hi <b>", "message_id": "m1",
		"source": map[string]any{"platform": "discord", "chat_id": "C1", "chat_type": "group", "user_id": "U1", "guild_id": "G1"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := p.message()
	want := `{"type":"inbound","event":{"message_id":"m1","source":{"chat_id":"C1","chat_type":"group","guild_id":"G1","platform":"discord","scope_id":"G1","user_id":"U1"},"text":"hi <b>"}}` + "\n"
	if m != want {
		t.Errorf("got %s, want %s", m, want)
	}
	res := p.request(`{"op":"send","chat_id":"C1","content":"hello","reply_to":"m1","metadata":{"guild_id":"G1"}}`)
	wantSuccess(t, res)
	if res["message_id"] != "out-1" {
		t.Errorf("got %v", res)
	}
}
