package scenario

import "strings"

// either joins words as in "a, b or c".
func either(words []string) string { return join(words, "or") }

// both joins words as in "a, b and c".
func both(words []string) string { return join(words, "and") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + " " + last + " " + words[end]
}

// clip shortens a text of the file for a message.
func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
