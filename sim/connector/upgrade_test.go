package connector_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

// observed lists what the trace has of one kind.
func (r *rig) observed(k trace.Kind) []*trace.Observation {
	var list []*trace.Observation
	for _, o := range r.log.Since(0) {
		if o.Kind == k {
			list = append(list, o)
		}
	}
	return list
}

// only is the one observation of a kind.
func (r *rig) only(k trace.Kind) *trace.Observation {
	r.t.Helper()
	list := r.observed(k)
	if len(list) != 1 {
		r.t.Fatalf("got %d observations of kind %s, want 1", len(list), k)
	}
	return list[0]
}

// refused dials where no upgrade is granted and returns the HTTP status.
func (r *rig) refused(path string) int {
	r.t.Helper()
	ws, resp, err := websocket.Dial(context.Background(), r.url+path, &websocket.DialOptions{HTTPHeader: http.Header{
		"Authorization": {"Bearer " + auth.Mint("gw-1", "secret-1", r.clock.Now(), time.Minute)},
	}})
	if err == nil {
		ws.CloseNow()
		r.t.Fatalf("%s was upgraded", path)
	}
	return resp.StatusCode
}

func TestUpgradeOnlyAtRelay(t *testing.T) { // DIAL-2
	t.Parallel()
	for _, path := range []string{"/", "/relay/", "/relayx", "/x/relay", "/interactions/discord-bot"} {
		r := newRig(t, connector.Options{})
		if status := r.refused(path); status != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", path, status)
		}
		if o := r.only(trace.Open); o.Code != 400 || o.Path != path {
			t.Errorf("%s: the trace has path %q, code %d", path, o.Path, o.Code)
		}
	}
	r := newRig(t, connector.Options{})
	resp, err := http.Get(r.url + "/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown path: got %d, want 400", resp.StatusCode)
	}
}

func TestUpgradeRefusedOnDemand(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	r.RefuseUpgrades("", http.StatusTeapot)
	if status := r.refused("/relay"); status != http.StatusTeapot {
		t.Errorf("got %d, want 418", status)
	}
	if o := r.only(trace.Open); o.Code != http.StatusTeapot {
		t.Errorf("the trace has code %d", o.Code)
	}
	r.RefuseUpgrades("", 0)
	r.gateway("gw-1", "secret-1")
}

func TestUpgradeWithBadTokenClosed4401(t *testing.T) { // AUTH-4
	t.Parallel()
	now := time.Unix(1_750_000_000, 0)
	good := auth.Mint("gw-1", "secret-1", now, time.Minute)
	for name, header := range map[string]string{
		"missing":                 "",
		"empty":                   "Bearer ",
		"not bearer":              "Basic " + good,
		"garbage":                 "Bearer !!!",
		"expired":                 "Bearer " + auth.Mint("gw-1", "secret-1", now.Add(-time.Hour), time.Minute),
		"wrong secret":            "Bearer " + auth.Mint("gw-1", "secret-9", now, time.Minute),
		"unknown gateway":         "Bearer " + auth.Mint("gw-9", "secret-1", now, time.Minute),
		"another gateway's":       "Bearer " + auth.Mint("gw-1", "secret-2", now, time.Minute),
		"signed with the empty":   "Bearer " + auth.Mint("gw-3", "", now, time.Minute),
		"cut short":               "Bearer " + good[:len(good)-4],
		"with something appended": "Bearer " + good + "AAAA",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{Gateways: []connector.Gateway{
				{ID: "gw-1", Secrets: []string{"secret-1"}}, {ID: "gw-2", Secrets: []string{"secret-2"}}, {ID: "gw-3"},
			}})
			h := http.Header{}
			if header != "" {
				h.Set("Authorization", header)
			}
			p := r.dialWith(h)
			if code, _ := p.closed(); code != 4401 {
				t.Errorf("got close %d, want 4401", code)
			}
			o := r.only(trace.Open)
			if o.Code != 101 || o.AuthenticatedAs != "" || (o.Auth == "present") != (header != "") {
				t.Errorf("the trace has code %d, as %q, auth %s", o.Code, o.AuthenticatedAs, o.Auth)
			}
			if c := r.only(trace.Close); c.From != trace.Connector || c.Code != 4401 {
				t.Errorf("the trace has close %d by the %s", c.Code, c.From)
			}
		})
	}
}

func TestUpgradeWithGoodTokens(t *testing.T) { // AUTH-3
	t.Parallel()
	now := time.Unix(1_750_000_000, 0)
	token := func(secret string, ttl time.Duration) string { return auth.Mint("a:b:c", secret, now, ttl) }
	raw, err := base64.RawURLEncoding.DecodeString(token("new", time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"primary":   token("new", time.Minute),
		"secondary": token("old", time.Minute),
		"for ever":  token("new", 0),
		"padded":    base64.URLEncoding.EncodeToString(raw),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, connector.Options{Gateways: []connector.Gateway{{ID: "a:b:c", Name: "east", Secrets: []string{"new", "old"}}}})
			p := r.dialWith(http.Header{"Authorization": {"bearer " + token}})
			p.hello("discord", "discord-bot")
			if o := r.only(trace.Open); o.AuthenticatedAs != "a:b:c" || o.Auth != "present" || o.Peer != "east" || o.Conn != 1 {
				t.Errorf("got %+v", o)
			}
		})
	}
}

func TestSecretsRotate(t *testing.T) { // AUTH-3
	t.Parallel()
	r := newRig(t, connector.Options{})
	live := r.gateway("gw-1", "secret-1")
	if err := r.RotateSecrets("gw-1", []string{"secret-2"}); err != nil {
		t.Fatal(err)
	}
	if code, _ := r.dial("gw-1", "secret-1").closed(); code != 4401 {
		t.Errorf("the old secret: got close %d, want 4401", code)
	}
	r.gateway("gw-1", "secret-2")
	live.sync()
	if !strings.Contains(strings.Join(r.Secrets(), " "), "secret-1") {
		t.Error("the old secret is forgotten: a law would miss it on the wire")
	}
	if r.RotateSecrets("gw-9", nil) == nil {
		t.Error("an unknown gateway is no error")
	}
}

func TestRevokedGatewayClosedAndRefused(t *testing.T) { // REV-3
	t.Parallel()
	r := newRig(t, connector.Options{
		Tenants:  []connector.Tenant{{ID: "acme", Users: []string{"U1"}}, {ID: "other", Users: []string{"U2"}}},
		Gateways: []connector.Gateway{{ID: "gw-1", Tenant: "acme", Secrets: []string{"secret-1"}}, {ID: "gw-2", Tenant: "other", Secrets: []string{"secret-2"}}},
	})
	p, other := r.gateway("gw-1", "secret-1"), r.gateway("gw-2", "secret-2")
	if err := r.Revoke("gw-1"); err != nil {
		t.Fatal(err)
	}
	if code, reason := p.closed(); code != 4401 || reason != "revoked" {
		t.Errorf("got close %d %q, want 4401 revoked", code, reason)
	}
	if code, _ := r.dial("gw-1", "secret-1").closed(); code != 4401 {
		t.Errorf("its secret: got close %d, want 4401", code)
	}
	if o := r.observed(trace.Open)[2]; o.AuthenticatedAs != "" {
		t.Errorf("the trace has it authenticated as %q", o.AuthenticatedAs)
	}
	other.sync() // another tenant's goes on
	if err := r.Deliver(event(map[string]any{"user_id": "U1"})); !dropped(err, "owns") {
		t.Errorf("its bindings: got %v, want them dropped", err)
	}
	if r.Revoke("gw-9") == nil {
		t.Error("an unknown gateway is no error")
	}
}

func TestOpenAuthIsTheFirstGateway(t *testing.T) { // AUTH-1
	t.Parallel()
	r := newRig(t, connector.Options{OpenAuth: true})
	p := r.dialWith(nil)
	p.hello("discord", "discord-bot")
	if o := r.only(trace.Open); o.Auth != "absent" || o.AuthenticatedAs != "" || o.Peer != "gw-1" {
		t.Errorf("got %+v", o)
	}
	if code, _ := r.dial("gw-1", "wrong").closed(); code != 4401 {
		t.Errorf("a bad token: got close %d, want 4401", code)
	}
}

func TestTenantNeverFromAFrame(t *testing.T) { // AUTH-4
	t.Parallel()
	r := newRig(t, twoTenants())
	p := r.dial("gw-b", "secret-b")
	p.send(`{"type":"hello","platform":"discord","botId":"discord-bot","tenant":"a","instance":"gw-a","gatewayId":"gw-a"}` + "\n")
	p.frame()
	if err := r.Deliver(event(map[string]any{"guild_id": "GA"})); !dropped(err, "no gateway of the tenant") {
		t.Errorf("got %v, want it dropped", err)
	}
	wantError(t, p.request(`{"op":"send","tenant":"a","chat_id":"C1","content":"x","metadata":{"scope_id":"GA","tenant":"a"}}`), "target not routed")
}

func TestPeerHeaderNamesASocket(t *testing.T) {
	t.Parallel()
	token := "Bearer " + auth.Mint("gw-1", "secret-1", time.Unix(1_750_000_000, 0), time.Minute)
	h := http.Header{"Authorization": {token}, "X-Peer": {"by-hand"}}
	r := newRig(t, connector.Options{PeerHeader: "X-Peer"})
	gw, hand := r.gateway("gw-1", "secret-1"), r.dialWith(h)
	hand.hello("discord", "discord-bot")
	for to, p := range map[string]*peer{"gw-1": gw, "by-hand": hand} {
		if err := r.WriteFrame(to, []byte(`{"for":"`+to+`"}`)); err != nil {
			t.Fatal(err)
		}
		if f := p.frame(); f["for"] != to {
			t.Errorf("%s got %v", to, f)
		}
	}
	if r.WriteFrame("", []byte(`{}`)) == nil {
		t.Error("no name among two sockets is no error")
	}
	deaf := newRig(t, connector.Options{})
	deaf.dialWith(h).hello("discord", "discord-bot")
	if o := deaf.only(trace.Open); o.Peer != "gw-1" {
		t.Errorf("without the option the header counts: %q", o.Peer)
	}
}

func TestTooManySockets(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{MaxSockets: 2})
	r.gateway("gw-1", "secret-1")
	second := r.gateway("gw-1", "secret-1")
	if status := r.refused("/relay"); status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", status)
	}
	// Strangers take no places from those who have a token.
	r.dialWith(nil).closed()
	second.sync()
}

func TestClosedConnectorRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, connector.Options{})
	p := r.gateway("gw-1", "secret-1")
	r.Close()
	if code, _ := p.closed(); code != -1 {
		t.Errorf("got close %d, want a cut", code)
	}
	if status := r.refused("/relay"); status != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", status)
	}
	r.Close() // a second time is fine
}
