package wire

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
	Profile      string // r8: selects the key namespace (IN-8)
	// ProspectiveThreadID is a thread that does not exist yet (SK-7, r8).
	ProspectiveThreadID string
	IsBot               bool
}
