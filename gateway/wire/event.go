package wire

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

const (
	typeText    = "text"
	typeCommand = "command"
)

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
	ReplyToAuthorName   string
	ReplyToIsOwnMessage bool

	// ContextText is the surrounding channel messages, rendered (CTX-2, r8).
	ContextText string
	// Pressed says that it is an application command of Discord's (DI-2) and not a
	// message, so that its session is not that of its user's messages (DI-1).
	Pressed bool
	// PromptResponse is the press of a prompt's button (PRM-4, r8), nil otherwise.
	PromptResponse *PromptResponse
}

// DecodeEvent decodes an inbound frame's event; one that is absent (nil) has
// no text and an unknown source. Anything but an object is an error (IN-5).
// Within an object what has the wrong type is treated as absent, and a number
// where an id belongs becomes its decimal text.
func DecodeEvent(raw []byte, rev *Revision) (*Event, error) {
	e := &Event{MessageType: typeText}
	var source, quote, context []byte
	ok := raw == nil || eachMember(raw, func(key, val []byte) {
		switch string(key) {
		case "text":
			e.Text = stringOf(val)
		case "message_type":
			e.MessageType = messageType(val)
		case "message_id":
			e.MessageID = stringOf(val)
		case "reply_to_message_id":
			e.ReplyToMessageID = stringOf(val)
		case "media_urls":
			e.MediaURLs = nonEmptyStrings(val)
		case "source":
			source = val
		case "reply_to":
			quote = val
		case "context":
			context = val
		case "prompt_response":
			if rev.Prompts {
				e.PromptResponse = decodePromptResponse(val)
			}
		}
	})
	if !ok {
		return nil, errors.New("event: not a JSON object (IN-5)")
	}
	e.Source = decodeSource(source, rev)
	if rev.QuotedReply {
		e.takeQuote(quote)
	}
	if rev.Context {
		e.ContextText = renderContext(context)
	}
	if rev.SlackHermesCommands && e.Source.Platform == "slack" {
		e.normaliseHermes(rev)
	}
	return e, nil
}

// Command reads the event as a command (IN-10). What was pressed is one also
// where its text lacks the slash, as in r6 (DI-2).
func (e *Event) Command(rev *Revision) (c ParsedCommand, ok bool) {
	if e.Pressed && !rev.CommandText {
		return ParseCommand("/"+e.Text, rev)
	}
	return ParseCommand(e.Text, rev)
}

// messageType returns the type that val names, "text" when it names none (IN-2).
func messageType(val []byte) string {
	known := [...]string{
		typeText, "location", "photo", "video", "audio", "voice", "document", "sticker", typeCommand,
	}
	if i := slices.Index(known[:], stringOf(val)); i >= 0 {
		return known[i]
	}
	return typeText
}

func (e *Event) takeQuote(raw []byte) {
	eachMember(raw, func(key, val []byte) {
		switch string(key) {
		case "text":
			e.ReplyToText = stringOf(val)
		case "author":
			e.ReplyToAuthorName = stringOf(val)
		case "is_own":
			e.ReplyToIsOwnMessage = isTrue(val)
		}
	})
}

// JSON returns the event with the revision's wire names: every contract
// field, null where absent. The gateway's own names stand where the wire has
// none: reply_to_text, channel_context.
func (e *Event) JSON(rev *Revision) json.RawMessage {
	dst := append(make([]byte, 0, 640), '{')
	dst = appendKey(dst, "text")
	dst = appendString(dst, e.Text)
	dst = appendKey(dst, "message_type")
	dst = appendString(dst, e.MessageType)
	for _, m := range [...]struct{ name, value string }{
		{"message_id", e.MessageID}, {"reply_to_message_id", e.ReplyToMessageID},
		{"reply_to_text", e.ReplyToText}, {"reply_to_author_name", e.ReplyToAuthorName},
		{"channel_context", e.ContextText},
	} {
		dst = appendKey(dst, m.name)
		dst = appendOptional(dst, m.value)
	}
	dst = appendKey(dst, "reply_to_is_own_message")
	dst = strconv.AppendBool(dst, e.ReplyToIsOwnMessage)
	dst = append(appendKey(dst, "media_urls"), '[')
	for i, u := range e.MediaURLs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, u)
	}
	dst = append(dst, ']')
	dst = appendKey(dst, "prompt_response")
	dst = e.PromptResponse.appendTo(dst)
	dst = appendKey(dst, "source")
	dst = e.Source.appendTo(dst, rev)
	return append(dst, '}')
}
