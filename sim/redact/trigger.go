package redact

import "strings"

// trigger is a set of things that a place in a text may be.
type trigger uint16

// What a keyword that ends in a place may begin.
const (
	onName     trigger = 1 << iota // the end of a name such as access_token
	onBearer                       // Bearer TOKEN
	onBasic                        // Basic BASE64
	onLink                         // /link CODE (MAN-1)
	onCallback                     // /interactions/ID/TOKEN
	onHook                         // hooks.slack.com/services/T/B/SECRET
	onURL                          // scheme://user:password@host
	onParam                        // a parameter of a URL that is a secret there and nowhere else
	onPEM                          // -----BEGIN … PRIVATE KEY-----
	onSeen                         // a placeholder
	onBots                         // the bots of a recording's header, see place.bots
)

var keywords = map[string]trigger{
	"bearer": onBearer, "basic": onBasic, "/link": onLink, `"link"`: onLink,
	"interactions/": onCallback, "webhooks/": onCallback, "services/": onHook, "://": onURL, "begin": onPEM,
	"?code=": onParam, "&code=": onParam, "?key=": onParam, "&key=": onParam, "?auth=": onParam, "&auth=": onParam,
	"?hm=": onParam, "&hm=": onParam, // Discord's signed media
	"redacted": onSeen,
}

// automaton finds all keywords in one pass, in any case and whatever "_" and
// "-" are between their letters.
type automaton struct {
	width  uint32      // columns of next
	column [256]uint32 // of a byte; 0 is every byte of no keyword
	// next is, by state times width plus column, the next state times width,
	// and ends in it where a keyword does.
	next []uint32
	what []trigger // by state
}

// ends marks the end of a keyword.
const ends = 1 << 31

// separator is the column of "_" and "-", which change no state.
const separator = 1

// newAutomaton takes the fields as names too.
func newAutomaton(fields []string) *automaton {
	words := map[string]trigger{}
	for w, t := range keywords {
		words[w] |= t
	}
	for _, n := range nameEndings {
		words[n.ending] |= onName
	}
	words["key"] |= onName
	words["code"] |= onName
	for _, f := range fields {
		parts := strings.FieldsFunc(f, func(r rune) bool { return r == ' ' || r == '.' })
		if len(parts) > 0 {
			words[string(plain(nil, []byte(parts[len(parts)-1])))] |= onName
		}
	}
	if words["botid"] != 0 {
		words[`"identities"`] |= onBots
	}
	delete(words, "")
	a := &automaton{}
	a.columns(words)
	a.build(words)
	return a
}

func (a *automaton) columns(words map[string]trigger) {
	a.width = separator + 1
	a.column['_'], a.column['-'] = separator, separator
	for w := range words {
		for i := range len(w) {
			c := w[i]
			if a.column[c] == 0 {
				a.column[c] = a.width
				a.width++
			}
			if 'a' <= c && c <= 'z' {
				a.column[c&^0x20] = a.column[c]
			}
		}
	}
}

// build is Aho and Corasick's algorithm, with every transition worked out.
func (a *automaton) build(words map[string]trigger) {
	w := int(a.width)
	a.next, a.what = make([]uint32, w), make([]trigger, 1)
	for word, t := range words {
		state := 0
		for i := range len(word) {
			cell := state*w + int(a.column[word[i]])
			if a.next[cell] == 0 {
				a.next[cell] = uint32(len(a.what))
				a.what = append(a.what, 0)
				a.next = append(a.next, make([]uint32, w)...)
			}
			state = int(a.next[cell])
		}
		a.what[state] |= t
	}
	fail := make([]int, len(a.what))
	queue := []int{0}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		for col := range w {
			cell := state*w + col
			to := int(a.next[cell])
			switch {
			case col == separator:
				a.next[cell] = uint32(state)
			case to == 0 && state != 0:
				a.next[cell] = a.next[fail[state]*w+col]
			case to != 0:
				if state != 0 {
					fail[to] = int(a.next[fail[state]*w+col])
				}
				a.what[to] |= a.what[fail[to]]
				queue = append(queue, to)
			}
		}
	}
	for cell, to := range a.next {
		a.next[cell] = to * a.width
		if a.what[to] != 0 {
			a.next[cell] |= ends
		}
	}
}

// each calls visit for every keyword that ends before end.
func (a *automaton) each(b []byte, visit func(on trigger, end int)) {
	state := uint32(0)
	for i, ch := range b {
		if state = a.next[state+a.column[ch]]; state&ends != 0 {
			state &^= ends
			visit(a.what[state/a.width], i+1)
		}
	}
}
