package replay_test

import (
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestConfigSurvives: what a recording's lines do not show is in its header.
// This one has no line, so nobody dialled.
func TestConfigSurvives(t *testing.T) {
	s, err := scenario.Load("x.yaml", []byte(`
name: x
gateway:
  handshake_timeout: 1500ms
  back_off: 250ms
  request_timeout: 300ms
  reconnect: false
  typing: false
  max_message: 4096
  sessions: {group_sessions_per_user: false, thread_sessions_per_user: true, whatsapp_aliases: {a: [b]}}
steps:
  - expect: {state: connected}
`))
	if err != nil {
		t.Fatal(err)
	}
	replayed, err := compileText(string(record(t, s, wire.R8, &verdict.Result{})))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"back_off":"250ms","connect":false,"handshake_timeout":"1.5s","max_message":4096,"no_auth":true,"platforms":["discord"],"reconnect":false,"request_timeout":"300ms",` +
		`"sessions":{"group_sessions_per_user":false,"thread_sessions_per_user":true,"whatsapp_aliases":{"a":["b"]}},"typing":false}`
	if got := show(replayed.Gateway); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
