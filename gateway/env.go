package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
)

// Env is what the environment says about a gateway. "" means not set.
type Env struct {
	// Identities are the bots to front, the default first (MP-1): many in a
	// revision that can have them, else one. Never empty: when no platform is
	// named it is "relay", with no bot id.
	Identities []wire.Identity
	// URL is the connector's base URL (DIAL-1).
	URL string
	// GatewayID and Secret authenticate the upgrade (AUTH-1).
	GatewayID, Secret string
	// Endpoint is the gateway's own URL without a slash at the end, RouteKeys
	// what the connector routes to it (PROV-1).
	Endpoint  string
	RouteKeys []string
	// Usernames are the names of the bots by platform, without the @, where known.
	Usernames map[string]string
	// InstanceID, WakeURL (without a slash at the end) and DisplayName (at most
	// 64 characters) go into the provisioning request (PROV-1).
	InstanceID, WakeURL, DisplayName string
	// Ignored says of GATEWAY_RELAY_BOT_IDS why not all of it could be read; nil
	// where it could.
	Ignored error
}

// maxDisplayName bounds Env.DisplayName, in characters.
const maxDisplayName = 64

// FromEnv reads the environment through env, which has the shape of
// os.LookupEnv. It cannot fail: what it cannot read is not set, see Env.Ignored.
// White space around a value is ignored.
func FromEnv(env func(string) (string, bool), rev *wire.Revision) Env {
	get := func(name string) string {
		value, _ := env("GATEWAY_RELAY_" + name)
		return strings.TrimSpace(value)
	}
	bots, ignored := parseEnvBots(get("BOT_IDS"))
	name := []rune(get("DISPLAY_NAME"))
	e := Env{
		URL:         get("URL"),
		GatewayID:   get("ID"),
		Secret:      get("SECRET"),
		Endpoint:    strings.TrimRight(get("ENDPOINT"), "/"),
		RouteKeys:   envList(get("ROUTE_KEYS")),
		Usernames:   map[string]string{},
		InstanceID:  get("INSTANCE_ID"),
		WakeURL:     strings.TrimRight(get("WAKE_URL"), "/"),
		DisplayName: string(name[:min(len(name), maxDisplayName)]),
		Ignored:     ignored,
	}
	for platform, b := range bots {
		if username := strings.TrimLeft(envText(b.Username), "@"); username != "" {
			e.Usernames[platform] = username
		}
	}
	if rev.ManyIdentities {
		for _, platform := range envList(get("PLATFORMS")) {
			e.Identities = append(e.Identities, wire.Identity{Platform: platform, BotID: envText(bots[platform].BotID)})
		}
	} else if platform := get("PLATFORM"); platform != "" {
		e.Identities = []wire.Identity{{Platform: platform, BotID: get("BOT_ID")}}
	}
	if len(e.Identities) == 0 {
		e.Identities = []wire.Identity{{Platform: "relay"}}
	}
	return e
}

// envList is what stands between the commas.
func envList(s string) []string {
	var items []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// envBot is what the environment says about the bot of one platform.
type envBot struct {
	BotID    json.RawMessage `json:"botId"`
	Username json.RawMessage `json:"username"`
}

// parseEnvBots reads {"platform": {"botId": …, "username": …}}. A platform whose
// entry is something else is as good as not named; the error says which that are.
func parseEnvBots(s string) (map[string]envBot, error) {
	if s == "" {
		return nil, nil
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal([]byte(s), &entries); err != nil {
		return nil, errors.New("GATEWAY_RELAY_BOT_IDS is no JSON object" + wantBots)
	}
	bots := make(map[string]envBot, len(entries))
	var wrong []error
	for _, platform := range slices.Sorted(maps.Keys(entries)) {
		var b envBot
		if json.Unmarshal(entries[platform], &b) != nil || b.BotID != nil && envText(b.BotID) == "" {
			wrong = append(wrong, fmt.Errorf("GATEWAY_RELAY_BOT_IDS: %q has no botId that is a text or a number%s", platform, wantBots))
		}
		bots[platform] = b
	}
	return bots, errors.Join(wrong...)
}

const wantBots = `: want it like {"discord": {"botId": "123"}}; a shell needs single quotes around it`

// envText is a JSON string without the space around it, or a number as it is
// written, which is how people write ids. Anything else is "".
func envText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.TrimSpace(s)
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}
