package wire

import "strings"

const (
	fenceMark  = "```"
	fenceClose = "\n" + fenceMark
)

// fence is whether a text ends inside a code block, and of which language.
type fence struct {
	on   bool
	lang string // "" when the block names none
}

// after is the state at the end of a piece that begins in state f. Any line
// that begins with a fence toggles it, also one of four backticks.
func (f fence) after(piece string) fence {
	if !strings.Contains(piece, fenceMark) {
		return f
	}
	for line := range strings.Lines(piece) {
		tag, ok := strings.CutPrefix(strings.TrimSpace(line), fenceMark)
		switch {
		case !ok:
		case f.on:
			f = fence{}
		default:
			f.on = true
			if words := strings.Fields(tag); len(words) > 0 {
				f.lang = words[0]
			}
		}
	}
	return f
}

// opening is the line that opens the block again, "" outside a block.
func (f fence) opening() string {
	if !f.on {
		return ""
	}
	return fenceMark + f.lang + "\n"
}
