package gateway_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/gateway/wire"
)

func withAuth(o *gateway.Options) { o.GatewayID, o.Secret = "gw-1", "s3cret" }

func TestDialCarriesFreshToken(t *testing.T) { // AUTH-1, AUTH-5
	bubble8(t, func(t *testing.T) {
		r, p := start(t, wire.R8, silent, withAuth)
		wait(5 * time.Second)
		_ = p.ws.Close(websocket.StatusGoingAway, "")
		wait(time.Second)
		r.peer(1)
		if len(r.auths) != 2 || r.auths[0] == r.auths[1] {
			t.Fatalf("two dials, tokens %q", r.auths)
		}
		for _, a := range r.auths {
			token, ok := strings.CutPrefix(a, "Bearer ")
			if id, err := auth.Verify(token, []string{"s3cret"}, time.Now()); !ok || err != nil || id != "gw-1" {
				t.Errorf("token %q: id %q, error %v", a, id, err)
			}
		}
	})
}

func TestDialWithoutCredentialsCarriesNone(t *testing.T) { // AUTH-1
	for _, change := range []func(*gateway.Options){
		func(*gateway.Options) {},
		func(o *gateway.Options) { o.GatewayID = "gw-1" },
		func(o *gateway.Options) { o.Secret = "s3cret" },
	} {
		bubble8(t, func(t *testing.T) {
			r, _ := start(t, wire.R8, silent, change)
			if !slices.Equal(r.auths, []string{""}) {
				t.Errorf("tokens %q", r.auths)
			}
		})
	}
}

// noReconnect makes Run return why the first dial failed.
func noReconnect(o *gateway.Options) { o.NoReconnect = true }

func TestDialFailureSaysWhy(t *testing.T) { // DIAL-4, HS-4, HS-8, AUTH-4
	missing := descriptor("discord")
	delete(missing, "max_message_length")
	cases := []struct {
		name    string
		prepare func(*rig)
		after   time.Duration // at the most
		want    string
	}{
		{"closed 4401", func(r *rig) {
			r.prepare = func(p *peer) {
				p.greet = func(p *peer, _ map[string]any) { go p.ws.Close(4401, "unknown token") }
			}
		}, 0, `dial ws://connector.example/relay: handshake: closed 4401 "unknown token" (AUTH-4)`},
		{"closed without a reason", func(r *rig) {
			r.prepare = func(p *peer) {
				p.greet = func(p *peer, _ map[string]any) { go p.ws.Close(websocket.StatusTryAgainLater, "") }
			}
		}, 0, `dial ws://connector.example/relay: handshake: closed 1013`},
		{"dropped", func(r *rig) {
			r.prepare = func(p *peer) { p.greet = func(p *peer, _ map[string]any) { go p.ws.CloseNow() } }
		}, 0, `dial ws://connector.example/relay: handshake: cut without a close frame: EOF`},
		{"refused", func(r *rig) {
			r.refuse = func(w http.ResponseWriter) bool { http.Error(w, "no", http.StatusBadGateway); return true }
		}, 0, `dial ws://connector.example/relay: upgrade: HTTP 502 Bad Gateway`},
		{"redirected", func(r *rig) {
			r.refuse = func(w http.ResponseWriter) bool {
				w.Header().Set("Location", "http://elsewhere.example/relay")
				w.WriteHeader(http.StatusFound)
				return true
			}
		}, 0, `dial ws://connector.example/relay: upgrade: HTTP 302 Found`},
		{"descriptor without a field", func(r *rig) {
			r.prepare = func(p *peer) {
				p.greet = func(p *peer, _ map[string]any) {
					p.send(map[string]any{"type": "descriptor", "descriptor": missing})
				}
			}
		}, 0, `dial ws://connector.example/relay: handshake: descriptor: max_message_length`},
		{"no descriptor", func(r *rig) {
			r.prepare = func(p *peer) { p.greet = func(*peer, map[string]any) {} }
		}, 30 * time.Second, `dial ws://connector.example/relay: handshake: no descriptor within 30s (DIAL-4)`},
		{"no answer to the upgrade", func(r *rig) {
			hang := make(chan struct{})
			r.t.Cleanup(func() { close(hang) })
			r.refuse = func(http.ResponseWriter) bool { <-hang; return true }
		}, 30 * time.Second, `dial ws://connector.example/relay: upgrade: no descriptor within 30s (DIAL-4)`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, rev *wire.Revision) {
				r := newRig(t, rev, silent, noReconnect, withAuth)
				c.prepare(r)
				r.run()
				if c.after > 0 {
					wait(c.after - time.Nanosecond)
					if !r.running() {
						t.Fatal("gave up too early")
					}
					wait(time.Nanosecond)
				}
				err := r.runResult()
				if err == nil || !strings.HasPrefix(err.Error(), c.want) {
					t.Fatalf("error %q, want %q", err, c.want)
				}
				if said := err.Error() + r.logged.String(); strings.Contains(said, "s3cret") || strings.Contains(said, "Bearer") {
					t.Errorf("a secret was said: %s", said)
				}
				if s := r.gw.State(); s != gateway.Disconnected {
					t.Errorf("state %v", s)
				}
			})
		})
	}
}

func TestBadDescriptorClosesTheSocketWithWhy(t *testing.T) { // HS-4
	bubble8(t, func(t *testing.T) {
		r := newRig(t, wire.R8, silent, noReconnect)
		r.prepare = func(p *peer) {
			p.greet = func(p *peer, _ map[string]any) { p.send(`{"type":"descriptor","descriptor":{}}` + "\n") }
		}
		r.run()
		end := r.peer(0).closed()
		if websocket.CloseStatus(end) != websocket.StatusProtocolError || !strings.Contains(end.Error(), "descriptor") {
			t.Errorf("the connector saw %v", end)
		}
	})
}

func TestDialErrorHidesTheURLsSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, wire.R8, silent, noReconnect, func(o *gateway.Options) {
			o.URL = "ws://user:hunter2@connector.example/relay?key=hunter3"
			o.HTTPClient = &http.Client{Transport: failing{}}
		})
		r.run()
		if err := r.runResult().Error(); strings.Contains(err, "hunter") || !strings.Contains(err, "no route") {
			t.Errorf("error %q", err)
		}
	})
}

type failing struct{}

func (failing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no route")
}

func TestNewChecksItsOptions(t *testing.T) {
	good := gateway.Options{URL: "https://relay.example", Identities: []wire.Identity{{Platform: "discord"}}, Agent: gateway.AgentFunc(silent)}
	cases := []struct {
		name   string
		change func(*gateway.Options)
		want   string
	}{
		{"no agent", func(o *gateway.Options) { o.Agent = nil }, "gateway: no Agent given"},
		{"no identity", func(o *gateway.Options) { o.Identities = nil }, "gateway: no Identities given"},
		{"no platform", func(o *gateway.Options) { o.Identities = []wire.Identity{{BotID: "B"}} }, "gateway: identity 0 has no platform"},
		{"negative bound", func(o *gateway.Options) { o.MaxMessage = -1 }, "gateway: a bound is negative"},
		{"no URL", func(o *gateway.Options) { o.URL = "" }, "gateway: URL: "},
	}
	if _, err := gateway.New(good); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		o := good
		c.change(&o)
		if _, err := gateway.New(o); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestRunRunsOnce(t *testing.T) {
	bubble8(t, func(t *testing.T) {
		r, _ := start(t, wire.R8, silent)
		if err := r.gw.Run(t.Context()); err == nil {
			t.Error("a second Run began")
		}
	})
}

func TestHelloOfEachIdentityInOrder(t *testing.T) { // HS-1, MP-1, MP-5
	commands := []wire.Command{{Name: "new", Description: "Start anew"}, {Name: "Not Valid"}}
	bubble(t, func(t *testing.T, rev *wire.Revision) {
		_, p := start(t, rev, silent, func(o *gateway.Options) {
			o.Commands = commands
			o.Identities = []wire.Identity{{Platform: "telegram", BotID: "bot-t"}, {Platform: "discord", BotID: "bot-d"}}
		})
		var got []string
		for _, h := range p.frames("hello") {
			manifest, _ := h["command_manifest"].([]any)
			got = append(got, strings.Join([]string{h["platform"].(string), h["botId"].(string), strings.Repeat("+", len(manifest))}, " "))
		}
		want := []string{"telegram bot-t "}
		if rev == wire.R8 {
			want = append(want, "discord bot-d +")
		}
		if !slices.Equal(got, want) {
			t.Errorf("hellos %q, want %q", got, want)
		}
	})
}

func TestManifestBeginsInR8(t *testing.T) { // MP-5
	synctest.Test(t, func(t *testing.T) {
		_, p := start(t, wire.R6, silent, func(o *gateway.Options) { o.Commands = []wire.Command{{Name: "new"}} })
		if h := p.frames("hello")[0]; h["command_manifest"] != nil {
			t.Errorf("hello %v", h)
		}
	})
}
