package wire

import (
	"strings"
	"unicode"
)

// CutHead splits off the beginning of a text that is longer than limit, as Chunk
// splits but without a number: how many messages it will be nobody knows yet. The
// head is not longer than limit, as sent; a code fence open at its end is closed
// and opened again in the rest (OUT-7). It is "" where limit leaves no room.
func CutHead(text string, limit int, length func(string) int) (head, rest string) {
	room := limit - len(fenceClose)
	if room < 1 {
		room = limit
	}
	end := cut(text, room, length)
	if end == 0 {
		return "", text
	}
	head, rest = text[:end], strings.TrimLeftFunc(text[end:], unicode.IsSpace)
	open := fence{}.after(head)
	if closed := head + fenceClose; open.on && length(closed) <= limit {
		// Not where the fence alone would fill the message again.
		if reopened := open.opening() + rest; len(reopened) < len(text) {
			return closed, reopened
		}
	}
	return head, rest
}

// CloseFence closes the code fence that is open at the end of a text, if one is.
func CloseFence(text string) string {
	if (fence{}).after(text).on {
		return text + fenceClose
	}
	return text
}
