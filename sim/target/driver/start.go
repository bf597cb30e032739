package driver

import (
	"encoding/json"
	"time"

	"github.com/relaysim/relaysim/gateway"
)

// startOf is what a gateway is told when its life begins. Options that the
// scenario leaves to the gateway are not in it.
func startOf(o *gateway.Options) startMessage {
	m := startMessage{
		Type: "start", Connector: o.URL, GatewayID: o.GatewayID, Secret: o.Secret, Revision: o.Revision.Name,
		Now: float64(o.Clock.Now().UnixMilli()) / 1000, Options: map[string]any{},
	}
	for _, i := range o.Identities {
		m.Identities = append(m.Identities, identity{i.Platform, i.BotID})
	}
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"back_off_ms", o.BackOff}, {"handshake_timeout_ms", o.HandshakeTimeout}, {"request_timeout_ms", o.RequestTimeout}} {
		if d.value != 0 {
			m.Options[d.name] = d.value.Milliseconds()
		}
	}
	for name, set := range map[string]bool{
		"reconnect": o.NoReconnect, "typing": o.NoTyping, "group_sessions_per_user": o.Sessions.SharedGroups,
	} {
		if set {
			m.Options[name] = false
		}
	}
	if o.MaxMessage != 0 {
		m.Options["max_message"] = o.MaxMessage
	}
	if o.Sessions.ThreadsPerUser {
		m.Options["thread_sessions_per_user"] = true
	}
	if len(o.Sessions.Aliases) > 0 {
		m.Options["whatsapp_aliases"] = o.Sessions.Aliases
	}
	if len(o.Commands) > 0 {
		m.Options["commands"] = commandsOf(o)
	}
	return m
}

type command struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Options     json.RawMessage `json:"options,omitempty"`
}

func commandsOf(o *gateway.Options) (list []command) {
	for _, c := range o.Commands {
		list = append(list, command{c.Name, c.Description, c.Options})
	}
	return list
}
