// Package statetest is the test that every state.State must pass.
package statetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/connector/state"
)

// Test tests states that open makes, each time empty.
func Test(t *testing.T, open func(t *testing.T) state.State) {
	for name, test := range map[string]func(*testing.T, state.State){
		"capabilities": capabilities, "sessions": sessions, "claims": claims, "records": records,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func capabilities(t *testing.T, s state.State) { // FU-2, FU-3
	at := time.Now().Add(time.Hour).Round(time.Millisecond)
	key := state.Key{Tenant: "a", Session: "agent:main:s:1", Kind: "k"}
	for _, chat := range []string{"C1", "C2"} { // the newest stands
		want := state.Capability{Platform: "discord", ChatID: chat, Expires: at}
		if err := s.PutCapability(key, want); err != nil {
			t.Fatal(err)
		}
		got, found, err := s.Capability(key)
		if err != nil || !found || got.ChatID != chat || got.Platform != "discord" || !got.Expires.Equal(at) {
			t.Errorf("got %+v, %v, %v", got, found, err)
		}
	}
	for _, other := range []state.Key{
		{Tenant: "b", Session: key.Session, Kind: "k"}, {Tenant: "a", Session: "agent:main:s", Kind: "1:k"}, {Tenant: "a", Session: key.Session},
	} {
		if _, found, err := s.Capability(other); found || err != nil {
			t.Errorf("%+v: found %v, %v", other, found, err)
		}
	}
}

func sessions(t *testing.T, s state.State) { // INT-1
	want := func(tenant, instance string, keys ...string) {
		t.Helper()
		if got, err := s.SessionOf(tenant, keys); got != instance || err != nil {
			t.Errorf("%s %q: got %q, %v, want %q", tenant, keys, got, err, instance)
		}
	}
	want("a", "", "s1")
	if err := s.PutSessions("a", []string{"s1", "s2"}, "east"); err != nil {
		t.Fatal(err)
	}
	want("a", "east", "s1")
	want("a", "east", "s9", "s2")
	want("b", "", "s1", "s2")
	want("a", "")
	if err := s.PutSessions("a", []string{"s2"}, "west"); err != nil {
		t.Fatal(err)
	}
	want("a", "west", "s2", "s1") // the first that is known
	want("a", "east", "s1", "s2")
}

func claims(t *testing.T, s state.State) { // WAKE-2
	now := time.Now()
	for _, c := range []struct {
		name string
		want bool
	}{{"x", true}, {"x", false}, {"y", true}, {"x", false}} {
		if got, err := s.Claim(c.name, now, time.Minute); got != c.want || err != nil {
			t.Errorf("claim %s: got %v, %v", c.name, got, err)
		}
	}
	back := now.Add(-24 * time.Hour) // the clock is set back: nobody waits a day
	for _, want := range []bool{true, false} {
		if got, err := s.Claim("x", back, time.Minute); got != want || err != nil {
			t.Errorf("claim x a day before: got %v, %v, want %v", got, err, want)
		}
	}
	if got, err := s.Claim("z", now, time.Millisecond); !got || err != nil {
		t.Errorf("claim z: %v, %v", got, err)
	}
	if got, err := s.Claim("z", now.Add(time.Minute), time.Minute); !got || err != nil {
		t.Errorf("claim z when it is over: %v, %v", got, err)
	}
}

func records(t *testing.T, s state.State) { // REV-3, AUTH-3
	for _, want := range []state.Record{{}, {Secrets: []string{"new", "old"}}, {Revoked: true}} {
		if err := s.PutRecord("gw-1", want); err != nil {
			t.Fatal(err)
		}
		got, err := s.Record("gw-1")
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
	if got, err := s.Record("gw-2"); got.Revoked || got.Secrets != nil || err != nil {
		t.Errorf("an unknown gateway: %+v, %v", got, err)
	}
}
