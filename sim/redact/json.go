package redact

// json finds the secrets of b, which is JSON (see isJSON). Only values and keys
// are changed, so it is JSON of the same structure afterwards.
func (c *cutter) json(b []byte, depth int) []edit {
	w := walk{c: c, b: b, depth: depth}
	doc := w.value(place{})
	edits := merged(w.edits)
	if placeholder := c.vault.known.in(splice(b, edits)); placeholder != "" {
		return []edit{{doc.from, doc.to, `"` + placeholder + `"`}} // its quotes are the JSON's
	}
	return edits
}

// walk goes through JSON that is known to be valid.
type walk struct {
	c     *cutter
	b     []byte
	i     int
	depth int
	edits []edit
	// message spells the member of a recording's line that holds a message; nil
	// where b is no such line.
	message func(key, value string) (newKey, newValue string)
	level   int // of objects
}

// place is what a value's surroundings say of it.
type place struct {
	cut    Kind // its name says that it is secret; "" where none does
	many   bool // but not where it is a number
	role   role
	name   string // of the member that it or its list is, as plain spells it
	parent string // of the member that its object is
	bots   bool   // it is in the identities of a recording's header, whose second is a botId
}

// span is a value's place in the JSON; from is 0 where there is none, for a
// value that matters is never the first thing.
type span struct{ from, to int }

func (s span) isString(b []byte) bool { return s.to > s.from && b[s.from] == '"' }

func (w *walk) space() byte {
	for w.i < len(w.b) && w.b[w.i] <= ' ' {
		w.i++
	}
	if w.i == len(w.b) {
		return 0
	}
	return w.b[w.i]
}

// value walks one value.
func (w *walk) value(at place) span {
	var s span
	switch w.space() {
	case '{':
		s.from = w.i
		w.object(at)
	case '[':
		s.from = w.i
		w.array(at)
	case '"':
		s = w.str()
		if at.many && s.to-s.from < 8 && isDigits(w.b[s.from+1:s.to-1]) {
			at.cut = "" // a number of tokens
		}
		if w.c.users != nil {
			w.c.users.keep(at.name, at.parent, unescapeJSON(w.b[s.from+1:s.to-1]).text)
		}
		w.text(s, at.cut, at.role)
	default:
		s.from = w.i
		for w.i < len(w.b) && w.b[w.i] > ' ' && w.b[w.i] != ',' && w.b[w.i] != ']' && w.b[w.i] != '}' {
			w.i++
		}
		w.number(span{s.from, w.i}, at.cut, at.many)
	}
	s.to = w.i
	return s
}

// str passes a string and returns where it stands, quotes included.
func (w *walk) str() span {
	from := w.i
	for w.i++; w.b[w.i] != '"'; w.i++ {
		if w.b[w.i] == '\\' {
			w.i++
		}
	}
	w.i++
	return span{from, w.i}
}

// text cuts a string.
func (w *walk) text(s span, cut Kind, r role) {
	d := unescapeJSON(w.b[s.from+1 : s.to-1])
	var edits []edit
	if cut != "" {
		edits = w.c.value(cut, d.text)
	}
	if len(edits) == 0 && !isPlaceholder(d.text) {
		edits = w.c.text(d.text, w.depth-1)
	}
	if w.c.users != nil {
		edits = w.c.users.fill(d.text, edits, r)
	}
	w.edits = append(w.edits, shifted(d.outward(edits, escapeJSON), s.from+1)...)
}

// number cuts a number, and nothing else that is bare. A string takes its place.
func (w *walk) number(s span, cut Kind, many bool) {
	n := w.b[s.from:s.to]
	if n[0] != '-' && (n[0] < '0' || '9' < n[0]) {
		return
	}
	if cut != "" && !many {
		w.edits = append(w.edits, edit{s.from, s.to, `"` + w.c.vault.cut(cut, n) + `"`})
		return
	}
	edits := append(w.c.knownIn(n), w.c.patternsIn(n)...)
	if len(edits) > 0 {
		w.edits = append(w.edits, edit{s.from, s.to, `"` + edits[0].with + `"`})
	}
}

// object walks an object. {"name":N,"value":V} is a member N, whatever it is
// called and in which order it comes.
func (w *walk) object(at place) {
	var name, value, options span
	w.i++
	w.level++
	for w.space() != '}' {
		key := w.str()
		k := unescapeJSON(w.b[key.from+1 : key.to-1]).text
		w.space()
		w.i++ // the colon
		if w.message != nil && w.level == 1 && isMessage(k) {
			w.passMessage(key)
		} else {
			w.text(key, "", noRole)
			s := w.value(w.member(at, k))
			switch string(k) {
			case "name", "key", "header", "field":
				name = s
			case "value", "val":
				value = s
			case "options":
				options = s
			}
		}
		if w.space() == ',' {
			w.i++
		}
	}
	w.level--
	w.i++
	if name.isString(w.b) {
		w.pair(at, name, value)
		if string(w.b[name.from:name.to]) == `"link"` && options.to > 0 {
			w.link(options)
		}
	}
}

// member is the place of a member of an object.
func (w *walk) member(at place, name []byte) place {
	m := place{bots: string(name) == "identities"}
	if m.cut, m.many = w.c.names.kind(name); m.cut == "" {
		m.cut, m.many = at.cut, true
	}
	if w.c.users != nil && len(name) <= maxName {
		m.name, m.parent = string(plain(nil, name)), at.name
		m.role = roles[m.name]
	}
	return m
}

// pair looks at the members that are called name and value, or the like.
func (w *walk) pair(at place, name, value span) {
	if kind := w.named(name, true); kind != "" && value.isString(w.b) {
		w.text(value, kind, noRole)
	}
	switch {
	case w.c.users == nil:
	case at.name == "options" && value.isString(w.b): // what was typed after a command (DI-3)
		w.text(value, "", textRole)
	case named[at.name] && !value.isString(w.b):
		w.text(name, "", nameRole)
	}
}

// link cuts the code of an interaction that stands for /link CODE (MAN-1).
func (w *walk) link(options span) {
	in := walk{c: w.c, b: w.b[options.from:options.to], depth: w.depth}
	in.codes()
	w.edits = append(w.edits, shifted(in.edits, options.from)...)
}

// codes cuts every member named value.
func (w *walk) codes() {
	for w.i < len(w.b) {
		if w.space() != '"' {
			w.i++
			continue
		}
		key := w.str()
		if w.space() != ':' {
			continue
		}
		w.i++
		if next := w.space(); next != '{' && next != '[' && string(w.b[key.from:key.to]) == `"value"` {
			w.value(place{cut: Code})
		}
	}
}

// array walks a list. A pair whose first is a name is a member of that name, as
// in the headers of a forward (PT-1); so is what follows a header's name in any
// list of names and values.
func (w *walk) array(at place) {
	var before, first span
	n := 0
	w.i++
	for w.space() != ']' {
		s := w.value(place{at.cut, true, at.role, at.name, at.parent, at.bots})
		if s.isString(w.b) && before.isString(w.b) && n%2 == 1 {
			if kind := w.named(before, false); kind != "" {
				w.text(s, kind, noRole)
			}
		}
		if n++; n == 1 {
			first = s
		}
		before = s
		if w.space() == ',' {
			w.i++
		}
	}
	w.i++
	if n == 2 && at.bots && before.isString(w.b) {
		if kind, _ := w.c.names.kind([]byte("botId")); kind != "" {
			w.text(before, kind, noRole)
		}
	}
	if n == 2 && first.isString(w.b) && before.isString(w.b) {
		if kind := w.named(first, true); kind != "" {
			w.text(before, kind, noRole)
		}
	}
}

// named is the kind that a string in a list is the name of. Outside a pair only
// names of headers count.
func (w *walk) named(s span, pair bool) Kind {
	name := unescapeJSON(w.b[s.from+1 : s.to-1]).text
	if until(name, 0, isName) < len(name) || !pair && !isHeader(name) {
		return "" // discord.interaction_token is the kind of a capability (FU-1)
	}
	kind, _ := w.c.names.kind(name)
	return kind
}
