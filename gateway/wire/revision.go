package wire

import "fmt"

// Revision is one row of the table of differences between the contract's
// revisions. Code asks a row what holds; it never compares names.
// Rows are read-only.
type Revision struct {
	// Name is the revision's name in the field, such as "2026-08".
	Name string

	ScopeKey            string // where a scope is kept on the wire: guild_id or scope_id (IN-4, SC-1)
	AuthorInMetadata    bool   // actions carry user_id (SC-2)
	TagsPlatform        bool   // outbound frames carry platform and botId (MP-2, FU-5)
	ManyIdentities      bool   // one hello per identity (MP-1); else the first identity only
	CommandManifest     bool   // Discord's hello declares commands (MP-5)
	OpDiscovery         bool   // supported_ops gates the newer ops (HS-3, HS-7, OUT-3)
	DefaultsLimit       bool   // a limit that is not a positive number means 4096 (HS-5)
	Typing              bool   // typing at the start of a turn and every 2 s (OUT-11)
	Reconnects          bool   // re-dials after an unexpected close (RC-1)
	Revokes             bool   // close 4401 after a handshake is final (REV-1)
	GoesIdle            bool   // going_idle before a deliberate close (IDLE-1)
	AcksBuffered        bool   // inbound_ack for a delivery with a bufferId (IDLE-5, PT-7)
	Context             bool   // surrounding messages of a channel (CTX-1)
	DisplayNames        bool   // user_display_name and user_handle (IN-6)
	QuotedReply         bool   // reply_to fills the quoted-reply fields (IN-7)
	Profiles            bool   // source.profile selects the key namespace (IN-8)
	CommandText         bool   // an application command reads "/name options" (DI-2, DI-3)
	SlackScopeInKey     bool   // Slack keys carry the scope (SK-6)
	ProspectiveThreads  bool   // prospective_thread_id keys as that thread (SK-7)
	SlackHermesCommands bool   // "/hermes sub" becomes "/sub" (SL-5)
	SlackThreads        bool   // a message outside threads begins one (SL-1)
	Prompts             bool   // prompt tokens and presses (PRM-3, PRM-4, DI-4)
	SpacedCommands      bool   // a command may have space before its slash (IN-10)
	ClosesLastFence     bool   // the last piece of a long reply closes an open fence too (OUT-7)
	KnowsSilence        bool   // a stream that says [SILENT] or NO_REPLY, and no more, says nothing
	StripsStrayTags     bool   // a stream leaves out the end of a thought that never began
	ChainsPieces        bool   // the pieces between the first and the last of a stream's text answer the first
	ExpectsEditsAlways  bool   // a stream's message says expect_edits also where it is whole

	Platforms []string // known besides those that every revision knows (IN-3)
	Commands  []string // known besides those that every revision knows (TURN-3)
}

// R6 is revision 2026-06, the seed.
var R6 = &Revision{
	Name:               "2026-06",
	ScopeKey:           "guild_id",
	ExpectsEditsAlways: true,
	Commands:           []string{"credits"},
}

// R8 is revision 2026-08, which adds to R6.
var R8 = &Revision{
	Name:                "2026-08",
	ScopeKey:            "scope_id",
	AuthorInMetadata:    true,
	TagsPlatform:        true,
	ManyIdentities:      true,
	CommandManifest:     true,
	OpDiscovery:         true,
	DefaultsLimit:       true,
	Typing:              true,
	Reconnects:          true,
	Revokes:             true,
	GoesIdle:            true,
	AcksBuffered:        true,
	Context:             true,
	DisplayNames:        true,
	QuotedReply:         true,
	Profiles:            true,
	CommandText:         true,
	SlackScopeInKey:     true,
	ProspectiveThreads:  true,
	SlackHermesCommands: true,
	SlackThreads:        true,
	ClosesLastFence:     true,
	KnowsSilence:        true,
	StripsStrayTags:     true,
	ChainsPieces:        true,
	Prompts:             true,
	SpacedCommands:      true,
	Platforms:           []string{"a2a", "buzz"},
	Commands: []string{
		"approvals", "compact", "context", "ctx", "diff", "egress", "hb", "heartbeat",
		"init", "learn", "moa", "pause", "refine", "topup",
	},
}

// Revisions lists every revision, oldest first.
func Revisions() []*Revision { return []*Revision{R6, R8} }

// ParseRevision finds a revision by its name.
func ParseRevision(name string) (*Revision, error) {
	for _, r := range Revisions() {
		if r.Name == name {
			return r, nil
		}
	}
	return nil, fmt.Errorf("revision %q is not known, want 2026-06 or 2026-08", name)
}

func (r *Revision) String() string { return r.Name }
