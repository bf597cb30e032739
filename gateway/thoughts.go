package gateway

import (
	"slices"
	"strings"
	"unicode"
)

// thoughts takes out of a streamed text what a model says to itself: blocks
// between tags such as <think> and </think>. A tag in the middle of a line is
// one that somebody writes about. The zero value begins a text.
type thoughts struct {
	strays bool // closing tags without their block are taken out too

	inside    bool   // a block
	midLine   bool   // something but space is on the line already
	skipSpace bool   // space is left out until something else comes
	held      string // the end of what came, which may become a tag
}

var thoughtTags = [...]string{"think", "thinking", "thought", "reasoning"}

// maxTag is the longest tag.
const maxTag = len("</reasoning>")

// next takes in what comes next and returns what of the text can be shown.
func (f *thoughts) next(s string) string {
	var shown strings.Builder
	rest := f.held + s
	f.held = ""
	for rest != "" {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			i = len(rest)
		}
		f.show(&shown, rest[:i])
		if rest = rest[i:]; rest == "" {
			break
		}
		opens, size, whole := tagAt(rest)
		switch {
		case size > 0 && !whole:
			f.held = rest
			return shown.String()
		case size > 0 && f.inside && !opens:
			f.inside, f.midLine, f.skipSpace = false, false, true
		case size > 0 && !f.inside && opens && !f.midLine:
			f.inside = true
		case size > 0 && !f.inside && !opens && f.strays:
			f.skipSpace = true
		default:
			size = max(size, 1)
			f.show(&shown, rest[:size])
		}
		rest = rest[size:]
	}
	return shown.String()
}

// end returns what was held back, when nothing comes any more.
func (f *thoughts) end() string {
	var shown strings.Builder
	f.show(&shown, f.held)
	f.held = ""
	return shown.String()
}

// show shows text that holds no tag, unless it is within a block.
func (f *thoughts) show(to *strings.Builder, text string) {
	if f.inside {
		return
	}
	if f.skipSpace {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	if text == "" {
		return
	}
	f.skipSpace = false
	to.WriteString(text)
	line := text[strings.LastIndexByte(text, '\n')+1:]
	f.midLine = strings.TrimSpace(line) != "" || f.midLine && len(line) == len(text)
}

// tagAt reads the tag that s begins with: its size in bytes, 0 when it is none,
// and whether it is there as a whole or may still become one.
func tagAt(s string) (opens bool, size int, whole bool) {
	name := s[1:]
	if opens = !strings.HasPrefix(name, "/"); !opens {
		name = name[1:]
	}
	end := strings.IndexByte(name[:min(len(name), maxTag)], '>')
	word := strings.ToLower(name[:max(end, 0)])
	if end >= 0 {
		if slices.Contains(thoughtTags[:], word) {
			return opens, len(s) - len(name) + end + 1, true
		}
		return opens, 0, false
	}
	word = strings.ToLower(name)
	if slices.ContainsFunc(thoughtTags[:], func(tag string) bool { return strings.HasPrefix(tag, word) }) {
		return opens, len(s), false
	}
	return opens, 0, false
}
