package connector

import (
	"slices"
	"strings"
)

// source is where an event comes from, as far as session keys and routing go.
type source struct {
	platform, chatType, chatID string
	author                     string // user_id
	name                       string // of the author, as it is shown (IN-6)
	user, thread               string // user is the participant of a key: user_id_alt where there is one
	scope, profile             string
	prospective                string
}

// sourceOf reads the source of an event under either revision's keys.
func sourceOf(m map[string]any) source {
	get := func(keys ...string) string {
		for _, k := range keys {
			if s, _ := m[k].(string); s != "" {
				return s
			}
		}
		return ""
	}
	s := source{
		platform: get("platform"), chatType: get("chat_type"), chatID: get("chat_id"),
		author: get("user_id"), name: get("user_display_name", "user_name", "user_handle"), user: get("user_id_alt", "user_id"), thread: get("thread_id"),
		scope: get("scope_id", "guild_id"), profile: get("profile"), prospective: get("prospective_thread_id"),
	}
	if s.chatType == "" {
		s.chatType = "dm"
	}
	return s
}

// sessionKeys are the keys a gateway may use for a source: one for each way in
// which the revisions differ (SK-1, SK-6, SK-7), the seed's first, and those of
// a gateway that does not know the platform (IN-3). The connector does not know
// of which revision a gateway is. shared says that the gateway keeps one session
// for all users of a group (SK-4).
func sessionKeys(s source, shared bool) []string {
	s.platform = strings.ToLower(strings.TrimSpace(s.platform))
	var keys []string
	add := func(s source, ns string, scoped bool) {
		if key := sessionKey(s, ns, scoped, shared); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	newer, ns := s, "main"
	if s.profile != "" && s.profile != "default" {
		ns = s.profile
	}
	if s.prospective != "" && s.thread == "" && s.chatType != "dm" {
		newer.thread, newer.chatType = s.prospective, "thread"
	}
	add(s, "main", false)
	add(newer, ns, s.platform == "slack")
	if !hasPreset(s.platform) {
		s.platform, newer.platform = "relay", "relay"
		add(s, "main", false)
		add(newer, ns, false)
	}
	return keys
}

// sessionKey computes one key on the connector's own account (SK-1…SK-5).
func sessionKey(s source, ns string, scoped, shared bool) string {
	chat, user := s.chatID, s.user
	if s.platform == "whatsapp" {
		user = canonical(user)
		if s.chatType == "dm" {
			chat = canonical(chat)
		}
	}
	parts := []string{"agent", ns, s.platform, s.chatType}
	add := func(part string) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if scoped {
		add(s.scope)
	}
	if s.chatType == "dm" {
		if chat == "" {
			chat = user
		}
		add(chat)
		add(s.thread)
		return strings.Join(parts, ":")
	}
	add(chat)
	add(s.thread)
	if !shared && s.thread == "" {
		add(user)
	}
	return strings.Join(parts, ":")
}

// canonical is a WhatsApp user's id without its device and server (SK-5).
func canonical(id string) string {
	id = strings.Replace(strings.TrimSpace(id), "+", "", 1)
	id, _, _ = strings.Cut(id, ":")
	id, _, _ = strings.Cut(id, "@")
	return id
}
