package convert

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// maxExtra is how many fields a step may name by their wire names before the
// frame itself is easier to read.
const maxExtra = 4

// frameStep is a frame as it is.
func frameStep(frame map[string]any) scenario.Step {
	return scenario.Step{Frame: &scenario.Pattern{Set: true, Value: frame}, HasRefs: true}
}

// stimulus is a frame of the connector's in the language's own terms, where
// the step makes an equal one; else ok is false.
func (s *story) stimulus(frame map[string]any) (step scenario.Step, ok bool) {
	switch frame["type"] {
	case "inbound":
		in := s.inbound(frame)
		return scenario.Step{Inbound: in, HasRefs: true}, in != nil
	case "interrupt_inbound":
		session, chat := word(frame["session_key"]), word(frame["chat_id"])
		if session == "" || len(frame) != 3 || frame["chat_id"] == nil {
			return step, false
		}
		return scenario.Step{Interrupt: &scenario.Interrupt{Session: session, Chat: chat}, HasRefs: true}, true
	case "passthrough_forward":
		forward, isObject := frame["forward"].(map[string]any)
		if !isObject || len(frame) != 2 {
			return step, false
		}
		if in := s.interaction(forward); in != nil {
			return scenario.Step{Interaction: in, HasRefs: true}, true
		}
		return scenario.Step{Passthrough: &scenario.Pattern{Set: true, Value: forward}, HasRefs: true}, true
	}
	return step, false
}

// inbound is the step that makes the event of a frame; nil where none does.
func (s *story) inbound(frame map[string]any) *scenario.Inbound {
	event, _ := frame["event"].(map[string]any)
	source, _ := event["source"].(map[string]any)
	buffer, buffered := frame["bufferId"]
	if source == nil || buffered && word(buffer) == "" || len(frame) > 3 || len(frame) > 2 && !buffered {
		return nil
	}
	if source["is_bot"] == true {
		return nil // a connector may not let another bot through
	}
	scope := word(source[s.scopeKey])
	id := word(event["message_id"])
	in := &scenario.Inbound{
		Text: word(event["text"]), MessageID: &id, BufferID: word(buffer), Guild: scope,
		Channel: word(source["chat_id"]), ChatName: word(source["chat_name"]),
		Thread: word(source["thread_id"]), Topic: word(source["chat_topic"]), Parent: word(source["parent_chat_id"]),
		Profile: word(source["profile"]), Prospective: word(source["prospective_thread_id"]),
		ReplyToID: word(event["reply_to_message_id"]),
		User: &scenario.User{
			ID: word(source["user_id"]), Name: word(source["user_name"]), Alt: word(source["user_id_alt"]),
			DisplayName: word(source["user_display_name"]), Handle: word(source["user_handle"]),
		},
	}
	in.Type = unless(word(event["message_type"]), "text")
	if in.Platform = unless(word(source["platform"]), s.platform); !s.fronts(in.Platform) {
		in.Platform = "" // a step may name no other, but the source may
	}
	in.ChatType = unless(word(source["chat_type"]), map[bool]string{true: "dm", false: "group"}[scope == ""])
	in.ReplyTo, _ = event["reply_to"].(map[string]any)
	in.Context, _ = event["context"].([]any)
	in.Media = texts(event["media_urls"])
	if !s.mend(in, event, source) {
		return nil
	}
	if in.Channel == "C1" {
		in.Channel = ""
	}
	if *in.User == (scenario.User{ID: "U1", Name: "ann"}) {
		in.User = nil
	}
	return in
}

// mend names what the step would leave out or add by its wire names.
func (s *story) mend(in *scenario.Inbound, event, source map[string]any) bool {
	made := play.Event(in, s.platform, func() string { return "" })
	madeSource, _ := made["source"].(map[string]any)
	if in.Guild != "" {
		madeSource["guild_id"], madeSource["scope_id"] = in.Guild, in.Guild
	}
	ignored := []string{"guild_id", "scope_id"}
	in.Source = differing(source, madeSource, func(k string) bool { return slices.Contains(ignored, k) })
	in.Event = differing(event, made, func(k string) bool { return k == "source" })
	if len(in.Source)+len(in.Event) > maxExtra {
		return false
	}
	again := play.Event(in, s.platform, func() string { return "" })
	return s.sameScope(source, madeSource) && len(differing(event, again, func(k string) bool { return k == "source" })) == 0
}

// sameScope says whether a gateway of the revision reads the same scope.
func (s *story) sameScope(recorded, made map[string]any) bool {
	return word(recorded[s.scopeKey]) == word(made[s.scopeKey])
}

// differing are the members of want that got does not have so, and null for
// those that only got has. An empty one is as good as none, as it is to a
// gateway.
func differing(want, got map[string]any, skip func(string) bool) map[string]any {
	var diff map[string]any
	note := func(k string, v any) {
		if diff == nil {
			diff = map[string]any{}
		}
		diff[k] = v
	}
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if !skip(k) && !same(want[k], got[k]) {
			note(k, want[k])
		}
	}
	for k := range got {
		if _, there := want[k]; !there && !skip(k) && !nothing(got[k]) {
			note(k, nil)
		}
	}
	return diff
}

func nothing(v any) bool { return v == nil || v == "" }

func same(a, b any) bool {
	if nothing(a) && nothing(b) {
		return true
	}
	if list, ok := b.([]string); ok {
		b = anys(list)
	}
	return reflect.DeepEqual(a, b)
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

// texts is a list of texts; nil where v is another.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil
	}
	var out []string
	for _, item := range list {
		s, isText := item.(string)
		if !isText {
			return nil
		}
		out = append(out, s)
	}
	return out
}

// unless is s, or "" where it is the default.
func unless(s, standard string) string {
	if s == standard {
		return ""
	}
	return s
}

// Discord's interaction types.
const (
	discordCommand      = "2"
	discordComponent    = "3"
	discordAutocomplete = "4"
	discordModal        = "5"
)

// interaction is the step that makes the interaction of a forward; nil where
// none makes an equal event.
func (s *story) interaction(forward map[string]any) *scenario.Interaction {
	raw, err := base64.StdEncoding.DecodeString(word(forward["bodyB64"]))
	tree, _ := trace.Tree(raw)
	body, isObject := match.Literals(tree).(map[string]any)
	bot := s.in.Connector.Platforms["discord"].BotID
	if len(s.in.Gateways) > 0 { // what is posted to the edge goes to whom it finds
		return nil
	}
	if err != nil || !isObject || forward["platform"] != "discord" || word(forward["botId"]) != bot || forward["profile"] != nil {
		return nil
	}
	data, _ := body["data"].(map[string]any)
	in := &scenario.Interaction{
		ID: word(body["id"]), Guild: word(body["guild_id"]), Channel: word(body["channel_id"]), User: discordUser(body),
	}
	switch kind, _ := body["type"].(json.Number); kind {
	case discordCommand:
		in.Command = word(data["name"])
		in.Options, _ = data["options"].([]any)
	case discordAutocomplete:
		in.Autocomplete = word(data["name"])
		in.Options, _ = data["options"].([]any)
	case discordComponent:
		in.Component = word(data["custom_id"])
	case discordModal:
		in.Modal = word(data["custom_id"])
	}
	if in.Command+in.Component+in.Autocomplete+in.Modal == "" || in.Channel == "" || in.ID == "" || !s.mendInteraction(in, body, raw) {
		return nil
	}
	if in.Channel == "C1" {
		in.Channel = ""
	}
	if *in.User == (scenario.User{ID: "U1", Name: "ann"}) {
		in.User = nil
	}
	return in
}

func discordUser(body map[string]any) *scenario.User {
	member, _ := body["member"].(map[string]any)
	user, _ := member["user"].(map[string]any)
	if user == nil {
		user, _ = body["user"].(map[string]any)
	}
	return &scenario.User{ID: word(user["id"]), Name: word(user["username"])}
}

// mendInteraction names the fields that the step would leave out, and says
// whether the event it makes is the recorded one then.
func (s *story) mendInteraction(in *scenario.Interaction, body map[string]any, recorded []byte) bool {
	none := func() string { return "" }
	raw, err := play.InteractionBody(in, none, none)
	tree, _ := trace.Tree(raw)
	made, ok := tree.(map[string]any)
	if err != nil || !ok {
		return false
	}
	for _, k := range slices.Sorted(maps.Keys(body)) {
		if !within(body[k], made[k]) {
			if in.Fields == nil {
				in.Fields = map[string]any{}
			}
			in.Fields[k] = body[k]
		}
	}
	if len(in.Fields) > maxExtra {
		return false
	}
	raw, err = play.InteractionBody(in, none, none)
	if err != nil {
		return false
	}
	rev, err := wire.ParseRevision(s.in.Revisions[0])
	if err != nil {
		return false
	}
	want, err := wire.EventFromInteraction(recorded, rev)
	got, err2 := wire.EventFromInteraction(raw, rev)
	return err == nil && err2 == nil && reflect.DeepEqual(want, got)
}

// within says whether got has all that want has.
func within(want, got any) bool {
	w, ok := want.(map[string]any)
	g, ok2 := got.(map[string]any)
	if !ok || !ok2 {
		return reflect.DeepEqual(want, got)
	}
	for k := range w {
		if v, there := g[k]; !there || !within(w[k], v) {
			return false
		}
	}
	return true
}
