package connector

import "strings"

// source is where an event comes from, as far as session keys and routing go.
type source struct {
	platform, chatType, chatID string
	author                     string // user_id
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
		author: get("user_id"), user: get("user_id_alt", "user_id"), thread: get("thread_id"),
		scope: get("scope_id", "guild_id"), profile: get("profile"), prospective: get("prospective_thread_id"),
	}
	if s.chatType == "" {
		s.chatType = "dm"
	}
	return s
}

// sessionKeys are the keys a gateway may use for a source: one for each way in
// which the revisions differ (SK-1, SK-6, SK-7), the seed's first. The
// connector does not know of which revision a gateway is. shared says that the
// gateway keeps one session for all users of a group (SK-4).
func sessionKeys(s source, shared bool) []string {
	keys := []string{sessionKey(s, "main", false, shared)}
	add := func(key string) {
		for _, k := range keys {
			if k == key {
				return
			}
		}
		keys = append(keys, key)
	}
	ns := "main"
	if s.profile != "" && s.profile != "default" {
		ns = s.profile
	}
	if s.prospective != "" && s.thread == "" && s.chatType != "dm" {
		s.thread, s.chatType = s.prospective, "thread"
	}
	add(sessionKey(s, ns, s.platform == "slack", shared))
	return keys
}

// sessionKey computes one key on the connector's own account (SK-1…SK-5).
func sessionKey(s source, ns string, scoped, shared bool) string {
	chat, user := s.chatID, s.user
	if s.platform == "whatsapp" {
		chat, user = canonical(chat), canonical(user)
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

// canonical is a WhatsApp id without its device and server (SK-5).
func canonical(id string) string {
	id = strings.Replace(strings.TrimSpace(id), "+", "", 1)
	id, _, _ = strings.Cut(id, ":")
	id, _, _ = strings.Cut(id, "@")
	return id
}
