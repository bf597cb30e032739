package wire

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Discord's types of interaction and of command option.
const (
	interactionCommand   = 2
	interactionComponent = 3

	optionSubCommand      = 1
	optionSubCommandGroup = 2

	// maxOptionDepth is far beyond Discord's own (a group, its sub-command),
	// and keeps a hostile body from being walked once for each of its levels.
	maxOptionDepth = 32
)

// EventFromInteraction makes an event of a forwarded Discord interaction
// (PT-4, DI-1 to DI-5). A body that is no interaction is an error, and the
// forward is dropped (PT-6).
func EventFromInteraction(body []byte, rev *Revision) (*Event, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("interaction: not UTF-8 (PT-6)")
	}
	e := &Event{MessageType: typeText, Source: Source{Platform: PlatformRelay, ChatType: chatTypeDM}}
	var kind float64
	var member, user, data, message []byte
	ok := eachMember(body, func(key, val []byte) {
		switch string(key) {
		case "id":
			e.Source.MessageID = stringOf(val)
		case "channel_id":
			e.Source.ChatID = stringOf(val)
		case "guild_id":
			e.Source.Scope = stringOf(val)
		case "type":
			kind = numberOf(val)
		case "member":
			member = val
		case "user":
			user = val
		case "data":
			data = val
		case "message":
			message = val
		}
	})
	if !ok {
		return nil, errors.New("interaction: not a JSON object (PT-6)")
	}
	if !isEmpty(data) && data[0] != '{' {
		return nil, errors.New("interaction: data is not an object (PT-6)")
	}
	if e.Source.Scope != "" {
		e.Source.ChatType = "channel"
	}
	e.Source.takeUser(member, user)
	switch kind {
	case interactionCommand:
		e.takeCommand(data, rev)
	case interactionComponent:
		e.takeComponent(data, message, rev)
	}
	return e, nil
}

// takeUser takes the user from member.user, else from user (DI-1).
func (s *Source) takeUser(member, user []byte) {
	eachMember(member, func(key, val []byte) {
		if string(key) == "user" && !isEmpty(val) {
			user = val
		}
	})
	eachMember(user, func(key, val []byte) {
		switch string(key) {
		case "id":
			s.UserID = stringOf(val)
		case "username":
			s.UserName = stringOf(val)
		}
	})
}

// takeCommand renders an application command (DI-2, DI-3).
func (e *Event) takeCommand(data []byte, rev *Revision) {
	var name string
	var options []byte
	eachMember(data, func(key, val []byte) {
		switch string(key) {
		case "name":
			name = stringOf(val)
		case "options":
			options = val
		}
	})
	e.Pressed = true
	if !rev.CommandText {
		e.Text = name
		return
	}
	if name = strings.Trim(strings.TrimSpace(name), "/"); name == "" {
		return
	}
	e.Text = strings.Join(appendOptions([]string{"/" + name}, options, 1), " ")
	e.MessageType = typeCommand
}

// appendOptions appends the words of a command's options in order: a scalar's
// trimmed value, or a sub-command's name and then its own options (DI-3).
func appendOptions(words []string, options []byte, depth int) []string {
	if depth > maxOptionDepth {
		return words
	}
	eachElement(options, func(option []byte) {
		var kind float64
		var name, value string
		var nested []byte
		eachMember(option, func(key, val []byte) {
			switch string(key) {
			case "type":
				kind = numberOf(val)
			case "name":
				name = stringOf(val)
			case "value":
				value = scalarText(val)
			case "options":
				nested = val
			}
		})
		if kind == optionSubCommand || kind == optionSubCommandGroup {
			if name != "" {
				words = append(words, name)
			}
			words = appendOptions(words, nested, depth+1)
		} else if value != "" {
			words = append(words, value)
		}
	})
	return words
}

// takeComponent takes a component's custom_id as the text; a prompt token is
// the answer to a prompt (DI-4, PRM-4).
func (e *Event) takeComponent(data, message []byte, rev *Revision) {
	eachMember(data, func(key, val []byte) {
		if string(key) == "custom_id" {
			e.Text = stringOf(val)
		}
	})
	promptID, optionID, ok := ParsePromptToken(e.Text)
	if !ok || !rev.Prompts {
		return
	}
	e.Text = "/" + optionID
	e.MessageType = typeCommand
	e.PromptResponse = &PromptResponse{PromptID: promptID, OptionID: optionID}
	eachMember(message, func(key, val []byte) {
		if string(key) == "id" {
			e.PromptResponse.PromptMessageID = stringOf(val)
		}
	})
}

// numberOf returns the value of a number, 0 for anything else.
func numberOf(val []byte) float64 {
	f, err := strconv.ParseFloat(string(val), 64)
	if err != nil || !isNumber(val) {
		return 0
	}
	return f
}

// scalarText returns a string trimmed, or a number or bool as it is written.
func scalarText(val []byte) string {
	switch {
	case val[0] == '"':
		return strings.TrimSpace(string(unquoted(val)))
	case isNumber(val), isTrue(val), string(val) == "false":
		return string(val)
	}
	return ""
}
