package play

import (
	"encoding/json"
	"maps"

	"github.com/relaysim/relaysim/sim/scenario"
)

// What a user causes on a platform, as the connector is told of it.

var somebody = scenario.User{ID: "U1", Name: "ann"}

const somewhere = "C1" // the channel meant where none is named

// Event is the event of an inbound step, by its wire names. The connector adds
// the scope's second key (IN-4). platform is the one meant where the step names
// none, newID makes a message id where it has none.
func Event(in *scenario.Inbound, platform string, newID func() string) map[string]any {
	source := source(in, platform, newID)
	event := map[string]any{
		"text":         in.Text,
		"message_type": or(in.Type, "text"),
		"message_id":   source["message_id"],
		"source":       source,
	}
	if in.ReplyToID != "" {
		event["reply_to_message_id"] = in.ReplyToID
	}
	if in.ReplyTo != nil {
		event["reply_to"] = in.ReplyTo
	}
	if in.Media != nil {
		event["media_urls"] = in.Media
	}
	if in.Context != nil {
		event["context"] = in.Context
	}
	maps.Copy(event, in.Event)
	return event
}

func source(in *scenario.Inbound, platform string, newID func() string) map[string]any {
	user := userOr(in.User)
	kind := "dm"
	if in.Guild != "" {
		kind = "group"
	}
	id := any(nil)
	if in.MessageID == nil {
		id = newID()
	} else if *in.MessageID != "" {
		id = *in.MessageID
	}
	source := map[string]any{
		"platform":   or(in.Platform, platform),
		"chat_id":    or(in.Channel, somewhere),
		"chat_type":  or(in.ChatType, kind),
		"chat_name":  orNull(in.ChatName),
		"user_id":    user.ID,
		"user_name":  orNull(user.Name),
		"thread_id":  orNull(in.Thread),
		"chat_topic": orNull(in.Topic),
		"message_id": id,
	}
	for key, value := range map[string]string{
		"guild_id":              in.Guild,
		"parent_chat_id":        in.Parent,
		"profile":               in.Profile,
		"prospective_thread_id": in.Prospective,
		"user_display_name":     user.DisplayName,
		"user_handle":           user.Handle,
		"user_id_alt":           user.Alt,
	} {
		if value != "" {
			source[key] = value
		}
	}
	maps.Copy(source, in.Source)
	return source
}

func userOr(u *scenario.User) scenario.User {
	if u == nil {
		return somebody
	}
	return *u
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Discord's interaction types.
const (
	discordPing         = 1
	discordCommand      = 2
	discordComponent    = 3
	discordAutocomplete = 4
	discordModal        = 5
)

// InteractionBody is what Discord posts for an interaction step. newID and
// newToken make what it does not name.
func InteractionBody(in *scenario.Interaction, newID, newToken func() string) ([]byte, error) {
	if in.Body != nil {
		return []byte(*in.Body), nil
	}
	body := map[string]any{
		"id":             or(in.ID, newID()),
		"application_id": "app-1",
		"token":          or(in.Token, newToken()),
		"version":        1,
		"type":           discordPing,
	}
	switch {
	case in.Command != "":
		body["type"], body["data"] = discordCommand, commandData(in.Command, in.Options)
	case in.Component != "":
		body["type"], body["data"] = discordComponent, map[string]any{"custom_id": in.Component, "component_type": 2}
	case in.Autocomplete != "":
		body["type"], body["data"] = discordAutocomplete, commandData(in.Autocomplete, in.Options)
	case in.Modal != "":
		body["type"], body["data"] = discordModal, map[string]any{"custom_id": in.Modal, "components": []any{}}
	}
	if !in.Ping {
		user := userOr(in.User)
		who := map[string]any{"id": user.ID, "username": user.Name}
		body["channel_id"] = or(in.Channel, somewhere)
		if in.Guild != "" {
			body["guild_id"], body["member"] = in.Guild, map[string]any{"user": who, "roles": []any{}}
		} else {
			body["user"] = who
		}
	}
	maps.Copy(body, in.Fields)
	return json.Marshal(body)
}

func commandData(name string, options []any) map[string]any {
	data := map[string]any{"id": "c1", "name": name, "type": 1}
	if options != nil {
		data["options"] = options
	}
	return data
}
