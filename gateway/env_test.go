package gateway_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// fronted is what a case says about an environment. Since r8 it says more.
type fronted struct {
	Identity    [2]string
	URL         *string
	Auth        [2]*string // "present", never the secret
	GatewayID   *string    `json:"gateway_id"`
	Endpoint    *string
	RouteKeys   []string           `json:"route_keys"`
	Identities  [][2]string        `json:",omitempty"`
	Usernames   map[string]*string `json:",omitempty"`
	InstanceID  *string            `json:"instance_id"`
	WakeURL     *string            `json:"wake_url"`
	DisplayName *string            `json:"display_name"`
}

func read(vars map[string]string, rev *wire.Revision) fronted {
	e := gateway.FromEnv(func(name string) (string, bool) { v, ok := vars[name]; return v, ok }, rev)
	first := e.Identities[0]
	f := fronted{
		Identity:  [2]string{first.Platform, first.BotID},
		URL:       orNull(e.URL),
		GatewayID: orNull(e.GatewayID),
		Endpoint:  orNull(e.Endpoint),
		RouteKeys: append([]string{}, e.RouteKeys...),
	}
	if e.GatewayID != "" && e.Secret != "" {
		present := "present"
		f.Auth = [2]*string{&present, &present}
	}
	if !rev.ManyIdentities {
		return f
	}
	for _, id := range e.Identities {
		f.Identities = append(f.Identities, [2]string{id.Platform, id.BotID})
	}
	f.Usernames = map[string]*string{"discord": orNull(e.Usernames["discord"]), "telegram": orNull(e.Usernames["telegram"])}
	f.InstanceID, f.WakeURL, f.DisplayName = orNull(e.InstanceID), orNull(e.WakeURL), orNull(e.DisplayName)
	return f
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func TestFromEnvGolden(t *testing.T) { // MP-1, PROV-1
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			golden.Run(t, "testdata/identities-"+rev.Name+".json", nil, func(c golden.Case) error {
				var in struct{ Env map[string]string }
				var want fronted
				if err := errors.Join(json.Unmarshal(c.In, &in), json.Unmarshal(c.Out, &want)); err != nil {
					return err
				}
				if d := cmp.Diff(want, read(in.Env, rev)); d != "" {
					return errors.New("(-want +got)\n" + d)
				}
				return nil
			})
		})
	}
}

func TestFromEnvURLAndSecret(t *testing.T) { // DIAL-1, AUTH-1
	vars := map[string]string{
		"GATEWAY_RELAY_URL": " https://relay.example/ ", "GATEWAY_RELAY_ID": "gw-1", "GATEWAY_RELAY_SECRET": " s3cret ",
		"GATEWAY_RELAY_DISPLAY_NAME": "日本語", "GATEWAY_RELAY_PLATFORMS": " discord ,, slack ",
		"GATEWAY_RELAY_BOT_IDS": `{"discord": "not an object", "slack": {"botId": 12345678901234567890}}`,
	}
	e := gateway.FromEnv(func(name string) (string, bool) { v, ok := vars[name]; return v, ok }, wire.R8)
	if e.Ignored == nil || !strings.HasPrefix(e.Ignored.Error(), `GATEWAY_RELAY_BOT_IDS: "discord" has no botId`) {
		t.Errorf("got %v", e.Ignored)
	}
	e.Ignored = nil
	want := gateway.Env{
		URL: "https://relay.example/", GatewayID: "gw-1", Secret: "s3cret", DisplayName: "日本語", Usernames: map[string]string{},
		Identities: []wire.Identity{{Platform: "discord"}, {Platform: "slack", BotID: "12345678901234567890"}},
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Error("(-want +got)\n" + d)
	}
}

// TestFromEnvSaysWhatItIgnores: what a shell has eaten of JSON is not silence.
func TestFromEnvSaysWhatItIgnores(t *testing.T) {
	for value, want := range map[string]string{
		"":                                     "",
		`{"discord":{"botId":"1"},"slack":{}}`: "",
		`{discord:{botId:1}}`:                  "GATEWAY_RELAY_BOT_IDS is no JSON object",
		`{"discord":{"botId":[]}}`:             `GATEWAY_RELAY_BOT_IDS: "discord" has no botId`,
	} {
		e := gateway.FromEnv(func(name string) (string, bool) { return value, name == "GATEWAY_RELAY_BOT_IDS" }, wire.R8)
		got := ""
		if e.Ignored != nil {
			got = e.Ignored.Error()
		}
		if !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: got %q, want %q", value, got, want)
		}
	}
}
