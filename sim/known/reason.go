package known

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/relaysim/relaysim/sim/verdict"
)

// How long a reason, and a value in it, may be, in characters.
const (
	maxReason = 200
	maxValue  = 60
)

// reason is what an entry says of a failure until a person says it better: what
// was wanted and what came, in one line, without what differs in every run.
func reason(r *verdict.Result) string {
	if len(r.Problems) == 0 {
		return "it fails"
	}
	p := r.Problems[0]
	text, _, _ := strings.Cut(p.Text, "\n")
	text = nearest.ReplaceAllString(text, "")
	if p.Rule != "" {
		text = p.Rule + ": " + text
	}
	if p.Nearest != nil && len(p.Diffs) > 0 {
		d := p.Diffs[0]
		path := d.Path
		if path != "" {
			path += ": "
		}
		text += fmt.Sprintf(" (%swant %s, got %s)", path, clip(d.Want, maxValue), clip(d.Got, maxValue))
	}
	return clip(lasting(text), maxReason)
}

var (
	// nearest names an observation by its number; how it differs is told beside it.
	nearest = regexp.MustCompile(`; the nearest [a-z ]+ is #\d+`)
	// passing is what is another in every run wherever it stands: the number of an
	// observation, a time that was measured, a port.
	passing = regexp.MustCompile(`#\d+|\b\d+\.\d+(?:[nµm]?s)\b|(\b\d+\.\d+\.\d+\.\d+|\blocalhost|\[::1\]):\d+`)
	// word is what an id may be.
	word = regexp.MustCompile(`[\w+/=-]{6,}`)
	// hex and digits are ids in a short word already.
	hex    = regexp.MustCompile(`^[0-9a-fA-F-]{8,}$`)
	digits = regexp.MustCompile(`^\d{6,}$`)
)

// maxWord is the most bytes of a word with a digit that no machine has made up.
const maxWord = 15

// lasting is a text without what is another in every run, tokens among it: in its
// place stands ….
func lasting(text string) string {
	text = passing.ReplaceAllStringFunc(text, func(found string) string {
		if host := passing.FindStringSubmatch(found)[1]; host != "" {
			return host
		}
		return "…"
	})
	return word.ReplaceAllStringFunc(text, func(w string) string {
		madeUp := strings.ContainsAny(w, "0123456789") && (len(w) > maxWord || hex.MatchString(w))
		if madeUp || digits.MatchString(w) {
			return "…"
		}
		return w
	})
}

// clip shortens a text to so many characters.
func clip(text string, limit int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}
