package wire

import (
	"strings"
	"unicode/utf8"
)

// cut is how many bytes of rest go into a piece with that much room: up to a
// newline, else a space, past half of it, but not within inline code when that
// can be helped (OUT-7). It is 0 only when not one character fits.
func cut(rest string, room int, length func(string) int) int {
	region := rest[:fit(rest, room, length)]
	chars := utf8.RuneCountInString(region)
	end := lastPast(region, "\n", chars/2)
	if end < 1 {
		end = lastPast(region, " ", chars/2)
	}
	if end < 1 {
		end = len(region)
	}
	if safe := beforeInlineCode(region[:end], chars/4); safe > 0 {
		end = safe
	}
	return end
}

// fit is how many bytes of s have at most that length. A text is never longer
// than its bytes, so as many bytes as there is length left surely fit: it takes
// them, measures, and goes on with what is left.
func fit(s string, room int, length func(string) int) int {
	n := 0
	for room > 0 && n < len(s) {
		next := min(n+room, len(s))
		for next > n && next < len(s) && !utf8.RuneStart(s[next]) {
			next--
		}
		if next == n { // one character of more bytes than there is length left
			_, size := utf8.DecodeRuneInString(s[n:])
			next = n + size
			if length(s[n:next]) > room {
				break
			}
		}
		room -= length(s[n:next])
		n = next
	}
	return n
}

// lastPast is the place of the last sep in s when at least that many
// characters come before it, else -1.
func lastPast(s, sep string, chars int) int {
	i := strings.LastIndex(s, sep)
	if i < 0 || utf8.RuneCountInString(s[:i]) < chars {
		return -1
	}
	return i
}

// beforeInlineCode is the white space before the inline code that s ends
// within, or -1 when it does not, or when no more than chars characters come
// before.
func beforeInlineCode(s string, chars int) int {
	if (strings.Count(s, "`")-strings.Count(s, "\\`"))%2 == 0 {
		return -1
	}
	tick := strings.LastIndexByte(s, '`')
	for tick > 0 && s[tick-1] == '\\' {
		tick = strings.LastIndexByte(s[:tick], '`')
	}
	if tick < 1 {
		return -1
	}
	i := strings.LastIndexAny(s[:tick], " \n")
	if i < 0 || utf8.RuneCountInString(s[:i]) <= chars {
		return -1
	}
	return i
}
