package session

import "time"

// Reason says why a session was replaced by another.
type Reason string

// The reasons. The first three are automatic: they are told once (SES-6).
const (
	ReasonSuspended Reason = "suspended" // it was stopped, or got stuck (SES-5, SES-9)
	ReasonIdle      Reason = "idle"      // it was not used for too long (SES-3)
	ReasonDaily     Reason = "daily"     // the hour of the day has passed (SES-3)
	ReasonReset     Reason = "reset"     // a user asked for a fresh one (SES-5)
	ReasonSwitched  Reason = "switched"  // a user went back to another one (SES-5)
)

// Why a session is to be taken up again (Entry.ResumeReason).
const (
	resumeAfterCrash = "restart_interrupted" // (SES-8)
	resumeAfterStop  = "restart_timeout"     // a clean stop cut its turn short
)

// Entry is the session that a key names now. Times are wall-clock times.
type Entry struct {
	Key string `json:"session_key"`
	// ID names the session: YYYYMMDD_HHMMSS_<8 hex> of when it began (SES-1).
	ID string `json:"session_id"`
	// CreatedAt is when the key began to name this session, UpdatedAt when it was
	// last used.
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	// Platform and ChatType are those of the event it began with: they say which
	// policy holds. ChatName is for people.
	Platform string `json:"platform"`
	ChatType string `json:"chat_type"`
	ChatName string `json:"display_name,omitempty"`

	// AutoReset is why the session before this one was replaced without anybody
	// asking for it, "" when it was not; then HadActivity says whether that session
	// ever had a turn, and Previous is its id (SES-6).
	AutoReset   Reason `json:"auto_reset_reason,omitempty"`
	HadActivity bool   `json:"reset_had_activity,omitempty"`
	Previous    string `json:"prev_session_id,omitempty"`
	// Noticed says that a turn has carried the notice of AutoReset.
	Noticed bool `json:"noticed,omitempty"`
	// Fresh says that a user asked for this session: /new or /reset (SES-5).
	Fresh bool `json:"is_fresh_reset,omitempty"`

	// Suspended sessions are replaced by the next message (SES-2).
	Suspended bool `json:"suspended,omitempty"`
	// ResumePending says that its last turn was cut short by the end of the
	// gateway. It is until a turn succeeds (SES-8, SES-10).
	ResumePending  bool      `json:"resume_pending,omitempty"`
	ResumeReason   string    `json:"resume_reason,omitempty"`
	ResumeMarkedAt time.Time `json:"last_resume_marked_at,omitzero"`
	// Running says that a turn runs, or ran when the gateway ended. Restarts
	// counts how often in a row it did (SES-9).
	Running  bool `json:"running,omitempty"`
	Restarts int  `json:"restarts,omitempty"`
	// Turns counts the turns that have begun in it.
	Turns int `json:"turns,omitempty"`
}

// Notice is what the first turn after an automatic reset is told (SES-6). The
// zero Notice is none.
type Notice struct {
	Reason      Reason
	HadActivity bool // the session before had turns
}

// String is the notice as a sentence for the agent, "" when there is none.
func (n Notice) String() string {
	var why string
	switch n.Reason {
	case "":
		return ""
	case ReasonSuspended:
		why = "was stopped and suspended"
	case ReasonIdle:
		why = "expired because it was idle"
	default:
		why = "was ended by the " + string(n.Reason) + " reset"
	}
	if !n.HadActivity {
		return "[The previous session " + why + ". This is a fresh one.]"
	}
	return "[The previous session " + why + ". This is a fresh one: nothing said before is known in it.]"
}

// Past is a session that its key no longer names. It can be resumed.
type Past struct {
	Key       string    `json:"session_key"`
	ID        string    `json:"session_id"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	Turns     int       `json:"turns,omitempty"`
	Ended     Reason    `json:"ended"` // why
}
