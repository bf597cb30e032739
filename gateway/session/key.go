// Package session keeps conversations apart and alive. A session key says which
// events belong to one conversation (SK); a Store maps each key to the session
// that the conversation is in now, and says when a new one begins (SES).
//
// Start with Key, a pure function of an event's source, and with Store. A Store
// holds everything in memory; Disk makes it outlive the process. Nothing here
// starts a goroutine, and time comes from the store's clock alone.
package session

import (
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
)

// KeyOptions says how session keys are formed. The zero value is the default.
type KeyOptions struct {
	// SharedGroups puts all users of a group or channel in one session (SK-4).
	SharedGroups bool
	// ThreadsPerUser gives each user a session of their own in a thread (SK-4),
	// unless SharedGroups is set.
	ThreadsPerUser bool
	// Aliases maps a canonical WhatsApp id to other ids of the same person, in
	// any spelling; they are followed from one to the next (SK-5). A pair that
	// may arrive either way is listed both ways. Nil means that nobody has two
	// ids. It is only read.
	Aliases map[string][]string
}

// Key is the session key of a source, never "" (SK-1). It joins ids as they
// are: two sources whose ids hold colons may meet in one key, as the
// contract's own keys do. A scope is part of it only where the platform's key
// has a slot for one (SK-6, SK-8).
func Key(src *wire.Source, opt KeyOptions, rev *wire.Revision) string {
	// A key has at most eight parts: the array keeps them off the heap.
	var room [8]string
	namespace := "main"
	if src.Profile != "" && src.Profile != "default" {
		namespace = src.Profile
	}
	chatType, thread := lane(src, rev)
	parts := append(room[:0], "agent", namespace, src.Platform, chatType)
	if rev.SlackScopeInKey && src.Platform == "slack" {
		parts = appendID(parts, src.Scope) // (SK-6)
	}
	if src.ChatType == directMessage {
		parts = appendID(parts, directPeer(src, opt)) // (SK-2)
		parts = appendID(parts, thread)
		return strings.Join(parts, ":")
	}
	parts = appendID(parts, src.ChatID) // (SK-3)
	parts = appendID(parts, thread)
	if perUser(thread != "", opt) {
		parts = appendID(parts, participant(src, opt))
	}
	return strings.Join(parts, ":")
}

// Shared reports whether the agent should reckon with several users in the
// source's session (SK-9). It is not the reverse of a key with a user in it: a
// thread that does not exist yet is judged by the chat it will hang from, and
// ThreadsPerUser alone decides about a thread, even where SharedGroups leaves
// the user out of its key.
func Shared(src *wire.Source, opt KeyOptions) bool {
	switch {
	case src.ChatType == directMessage:
		return false
	case src.ThreadID != "":
		return !opt.ThreadsPerUser
	}
	return opt.SharedGroups
}

const directMessage = "dm"

// lane is the chat type and the thread to key a source by. A thread about to be
// created counts as a thread already, so that the message that opens it and the
// replies in it share a session; one that exists always wins (SK-7).
func lane(src *wire.Source, rev *wire.Revision) (chatType, thread string) {
	if rev.ProspectiveThreads && src.ThreadID == "" && src.ProspectiveThreadID != "" && src.ChatType != directMessage {
		return "thread", src.ProspectiveThreadID
	}
	return src.ChatType, src.ThreadID
}

// perUser reports whether each user has a session of their own (SK-4): in a
// thread only when the chat around it keeps users apart as well. What decides
// is the thread itself, not the chat type: a forum has threads too.
func perUser(inThread bool, opt KeyOptions) bool {
	return !opt.SharedGroups && (!inThread || opt.ThreadsPerUser)
}

// directPeer is the chat of a direct message or, without one, its user (SK-2).
func directPeer(src *wire.Source, opt KeyOptions) string {
	if chat := personID(src.Platform, src.ChatID, opt); chat != "" {
		return chat
	}
	return participant(src, opt)
}

// participant is the user of a source, by the id that does not change (SK-3).
func participant(src *wire.Source, opt KeyOptions) string {
	id := src.UserIDAlt
	if id == "" {
		id = src.UserID
	}
	return personID(src.Platform, id, opt)
}

// appendID appends an id when there is one.
func appendID(parts []string, id string) []string {
	if id == "" {
		return parts
	}
	return append(parts, id)
}
