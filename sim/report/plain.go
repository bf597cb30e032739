package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShown bounds what is shown of one message or value, in characters.
const maxShown = 240

// plain makes text from the wire fit for one line of a terminal: control
// characters and broken UTF-8 are escaped, so that no peer can move the
// cursor, secrets are cut and the middle of a long text is left out.
func plain(text string) string {
	return shorten(escape(cutSecrets(text)), maxShown)
}

// Safe is text from the wire that may be shown on a terminal whole: control
// characters and broken UTF-8 are escaped and secrets cut. A line end stays.
func Safe(text string) string {
	lines := strings.Split(cutSecrets(text), "\n")
	for i, line := range lines {
		lines[i] = escape(line)
	}
	return strings.Join(lines, "\n")
}

func escape(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case !unicode.IsPrint(r) && !shapesEmoji(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteString(text[:size])
		}
		text = text[size:]
	}
	return b.String()
}

// shapesEmoji says whether r only joins or selects the glyphs beside it.
func shapesEmoji(r rune) bool { return r == '\u200d' || r == '\ufe0f' }

// shorten leaves out what is between the first two thirds of limit and the
// last, and says how much that is.
func shorten(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	head, tail := limit*2/3, limit/3
	out := len(runes) - head - tail
	return fmt.Sprintf("%s…(%d more)…%s", string(runes[:head]), out, string(runes[len(runes)-tail:]))
}

// cutOff shortens a line to so many columns, where a value or a word ends if one
// does near there.
func cutOff(line string, columns int) string {
	runes := []rune(line)
	if len(runes) <= columns {
		return line
	}
	const near = 12
	end := max(columns-1, 0)
	for i := end; i > max(end-near, 0); i-- {
		if strings.ContainsRune(" ,}]", runes[i-1]) {
			end = i
			break
		}
	}
	return strings.TrimRight(string(runes[:end]), " ") + "…"
}

var (
	bearer = regexp.MustCompile(`(?i)\bbearer [\w.~+/=-]+`)
	// A member whose name says that its value is a secret, also where the JSON
	// is quoted inside a string.
	secretMember = regexp.MustCompile(`(?i)(\\?"(?:[\w-]*token|[\w-]*secret|authorization|delivery_?key|password)\\?"\s*:\s*\\?")(?:[^"\\]|\\[^"])*`)
)

// cutSecrets is the last line of defence: a trace holds no secrets as it is,
// but what a broken peer sent is shown too, and logs of a CI are public.
func cutSecrets(text string) string {
	text = bearer.ReplaceAllString(text, "Bearer ***")
	return secretMember.ReplaceAllString(text, `$1***`)
}
