package wire

import "encoding/json"

// Event is an inbound message, decoded (IN-1). "" means absent, except for Text.
type Event struct {
	Text             string
	MessageType      string // one of IN-2, never ""
	MessageID        string
	ReplyToMessageID string
	MediaURLs        []string
	Source           Source

	// The quoted reply (IN-7, r8).
	ReplyToText         string
	ReplyToAuthorID     string
	ReplyToAuthorName   string
	ReplyToIsOwnMessage bool

	// ContextText is the surrounding channel messages, rendered (CTX-2, r8).
	ContextText string
	// PromptResponse is the press of a prompt's button (PRM-4, r8), nil otherwise.
	PromptResponse *PromptResponse
}

// PromptResponse says which option of which prompt was pressed (PRM-4).
type PromptResponse struct {
	PromptID, OptionID     string
	Label, PromptMessageID string // "" = absent
}

// DecodeEvent decodes an inbound frame's event. Anything that is not an object
// is an error (IN-5); within an object, what has the wrong type is treated as
// absent, and a number where an id belongs becomes its decimal text.
func DecodeEvent(raw []byte, rev *Revision) (*Event, error) { return nil, ErrMalformed }

// JSON returns the event with the revision's wire names: every contract
// field, null where absent.
func (e *Event) JSON(rev *Revision) json.RawMessage { return nil }
