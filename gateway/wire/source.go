package wire

const chatTypeDM = "dm"

// Source says where an event came from (IN-3). "" means absent everywhere.
type Source struct {
	Platform string // one that the gateway knows, else "relay"
	ChatID   string
	ChatName string
	ChatType string // "dm" when absent
	UserID   string
	// UserName is what is shown: since r8 the display name, else the name,
	// else the handle (IN-6).
	UserName     string
	UserIDAlt    string
	ChatIDAlt    string
	ThreadID     string
	ChatTopic    string
	Scope        string // guild_id in r6, scope_id in r8 (IN-4)
	ParentChatID string
	MessageID    string
	Profile      string // selects the key namespace (IN-8, r8)
	// ProspectiveThreadID is a thread that does not exist yet (SK-7, r8).
	ProspectiveThreadID string
}

// decodeSource decodes an event's source. What is not an object is a source
// of which nothing is known (IN-5).
func decodeSource(raw []byte, rev *Revision) Source {
	var s Source
	var platform, name, display, handle string
	eachMember(raw, func(key, val []byte) {
		switch string(key) {
		case "platform":
			platform = stringOf(val)
		case "user_name":
			name = stringOf(val)
		case "user_display_name":
			display = stringOf(val)
		case "user_handle":
			handle = stringOf(val)
		default:
			if to := s.member(key, rev); to != nil {
				*to = stringOf(val)
			}
		}
	})
	s.Platform = KnownPlatform(platform, rev)
	s.ChatType = firstOf(s.ChatType, chatTypeDM)
	s.UserName = name
	if rev.DisplayNames {
		s.UserName = firstOf(display, name, handle)
	}
	return s
}

// member returns where the value of a member goes that is taken as it is, or
// nil.
func (s *Source) member(key []byte, rev *Revision) *string {
	switch string(key) {
	case rev.ScopeKey:
		return &s.Scope
	case "chat_id":
		return &s.ChatID
	case "chat_name":
		return &s.ChatName
	case "chat_type":
		return &s.ChatType
	case "user_id":
		return &s.UserID
	case "user_id_alt":
		return &s.UserIDAlt
	case "chat_id_alt":
		return &s.ChatIDAlt
	case "thread_id":
		return &s.ThreadID
	case "chat_topic":
		return &s.ChatTopic
	case "parent_chat_id":
		return &s.ParentChatID
	case "message_id":
		return &s.MessageID
	}
	switch {
	case rev.Profiles && string(key) == "profile":
		return &s.Profile
	case rev.ProspectiveThreads && string(key) == "prospective_thread_id":
		return &s.ProspectiveThreadID
	}
	return nil
}

// appendTo appends the source with the revision's wire names.
func (s *Source) appendTo(dst []byte, rev *Revision) []byte {
	dst = append(dst, '{')
	dst = appendKey(dst, "platform")
	dst = appendString(dst, s.Platform)
	dst = appendKey(dst, "chat_id")
	dst = appendString(dst, s.ChatID)
	for _, m := range [...]struct{ name, value string }{
		{"chat_name", s.ChatName}, {"chat_type", s.ChatType}, {"user_id", s.UserID},
		{"user_name", s.UserName}, {"user_id_alt", s.UserIDAlt}, {"chat_id_alt", s.ChatIDAlt},
		{"thread_id", s.ThreadID}, {"chat_topic", s.ChatTopic}, {rev.ScopeKey, s.Scope},
		{"parent_chat_id", s.ParentChatID}, {"message_id", s.MessageID}, {"profile", s.Profile},
		{"prospective_thread_id", s.ProspectiveThreadID},
	} {
		dst = appendKey(dst, m.name)
		dst = appendOptional(dst, m.value)
	}
	return append(dst, '}')
}
