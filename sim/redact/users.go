package redact

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// role is what a string is for the people who wrote it.
type role int

const (
	noRole   role = iota
	nameRole      // of a user, a chat or a thread
	textRole      // of a message
)

// roles are those of members with these names, as plain spells them.
var roles = map[string]role{
	"username": nameRole, "userdisplayname": nameRole, "userhandle": nameRole, "displayname": nameRole, "globalname": nameRole,
	"nick": nameRole, "nickname": nameRole, "firstname": nameRole, "lastname": nameRole, "realname": nameRole, "pushname": nameRole,
	"author": nameRole, "authorname": nameRole, "replytoauthorname": nameRole, "chatname": nameRole, "channelname": nameRole, "guildname": nameRole,
	"threadname": nameRole, "autothreadname": nameRole, "autothreadinitialname": nameRole, "onlyifcurrentname": nameRole,
	"text": textRole, "content": textRole, "caption": textRole, "chattopic": textRole, "topic": textRole, "replytotext": textRole,
	"channelcontext": textRole, "question": textRole, "command": textRole,
}

// named are the members that hold somebody or something that people named.
// Elsewhere a name is that of a command, an option or a header.
var named = map[string]bool{
	"": true, "user": true, "member": true, "author": true, "sender": true, "from": true, "chat": true, "channel": true,
	"guild": true, "thread": true, "team": true, "args": true, "result": true, "chatinfo": true,
}

// users replaces what people are called and what they write.
type users struct {
	names   map[string]string
	shapes  map[string]int    // how many names of a shape there were
	starts  map[rune][]string // names by their first character, the longest first
	kept    map[string]bool   // ids and names of commands, which can stand as a name or a text
	collect bool              // names are taken note of and nothing is replaced
}

func newUsers() *users {
	return &users{names: map[string]string{}, shapes: map[string]int{}, starts: map[rune][]string{}, kept: map[string]bool{}}
}

// replace returns what takes the place of a name or a text.
func (u *users) replace(s string, r role) string {
	switch {
	case u.kept[s]:
		return s
	case r == nameRole:
		return u.name(s)
	case u.collect:
		return s
	}
	return u.text(s)
}

// keep takes note of a member that can stand as a name or a text later, where
// nobody wrote it: the id of a chat without a name (OUT-3), the command and the
// button of an interaction (DI-2, DI-4).
func (u *users) keep(member, parent string, value []byte) {
	switch {
	case !u.collect || len(value) > maxName:
	case member == "chatid", member == "customid", member == "name" && parent == "data":
		u.kept[string(value)] = true
	}
}

// alphabets are the characters that take the place of letters and digits, by
// what they have to be as long as.
type alphabet struct {
	first rune
	size  int
}

var alphabets = map[rune]alphabet{
	'x': {'a', 26}, 'X': {'A', 26}, '0': {'0', 10},
	'é': {'а', 32},     // two bytes: Cyrillic
	'字': {'一', 4096},   // three bytes
	'𠀀': {'𠀀', 0x4000}, // four bytes, two UTF-16 units
}

// masked is the letter that says no more of a character than its sort and how
// long it is. What is no letter or digit stays.
func masked(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return 'x'
	case 'A' <= r && r <= 'Z':
		return 'X'
	case '0' <= r && r <= '9':
		return '0'
	case r < utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsNumber(r):
		return r
	}
	switch utf8.RuneLen(r) {
	case 2:
		return 'é'
	case 3:
		return '字'
	}
	return '𠀀'
}

// name is the replacement of a name: of the same shape, and another one for
// each name as long as the shape has room. They are given out in the order in
// which names appear, so that a second run changes nothing.
func (u *users) name(s string) string {
	if with, ok := u.names[s]; ok || !utf8.ValidString(s) || isPlaceholder([]byte(s)) {
		return orSelf(with, s)
	}
	shape := []rune(strings.Map(masked, s))
	n := u.shapes[string(shape)]
	u.shapes[string(shape)]++
	for i := len(shape) - 1; i >= 0; i-- {
		if a, ok := alphabets[shape[i]]; ok {
			shape[i] = a.first + rune(n%a.size)
			n /= a.size
		}
	}
	u.names[s] = string(shape)
	if first, size := utf8.DecodeRuneInString(s); size < len(s) {
		list := append(u.starts[first], s)
		slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
		u.starts[first] = list
	}
	return string(shape)
}

func orSelf(with, s string) string {
	if with == "" {
		return s
	}
	return with
}

// Both gateways and connectors look for these in texts, or write them.
var (
	command = regexp.MustCompile(`\A/[A-Za-z0-9_.:-]+(?:@\w+)?(?:\s|\z)`)                        // IN-10
	part    = regexp.MustCompile(` \(\d+/\d+\)\z`)                                               // OUT-7
	phrases = []string{"[Recent channel messages]", "(Response formatting failed, plain text:)"} // CTX-2, OUT-10
)

// text is the replacement of a message's text, character by character, so that
// a piece of it and the piece's replacement stay equal. A command's word stays,
// and names in it become what they are elsewhere.
func (u *users) text(s string) string {
	end := len(s)
	if at := part.FindStringIndex(s); at != nil {
		end = at[0]
	}
	var b strings.Builder
	i := len(command.FindString(s[:end]))
	b.WriteString(s[:i])
	word := false // the character before is one of a word
	for i < end {
		if !word {
			if with, n := u.whole(s[i:end]); n > 0 {
				b.WriteString(with)
				i += n
				word = true
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(s[i:end])
		m := masked(r)
		if r == utf8.RuneError {
			b.WriteString(s[i : i+size])
		} else {
			b.WriteRune(m)
		}
		_, word = alphabets[m]
		i += size
	}
	b.WriteString(s[end:])
	return b.String()
}

// whole is what a text begins with that is not replaced letter by letter, and
// how long that is.
func (u *users) whole(s string) (with string, n int) {
	if n := placeholderAt([]byte(s), 0); n > 0 {
		return s[:n], n
	}
	for _, p := range phrases {
		if strings.HasPrefix(s, p) {
			return p, len(p)
		}
	}
	first, _ := utf8.DecodeRuneInString(s)
	for _, name := range u.starts[first] {
		if rest, ok := strings.CutPrefix(s, name); ok {
			if next, _ := utf8.DecodeRuneInString(rest); rest == "" || masked(next) == next {
				return u.names[name], len(name)
			}
		}
	}
	return "", 0
}

// fill adds to the edits of a string's text, which are merged, those that the
// string's role asks for in what is between them.
func (u *users) fill(text []byte, edits []edit, r role) []edit {
	if r == noRole || len(edits) == 1 && edits[0].to-edits[0].from == len(text) {
		return edits
	}
	var more []edit
	from := 0
	for _, e := range append(slices.Clip(edits), edit{from: len(text), to: len(text)}) {
		between := text[from:e.from]
		if with := u.replace(string(between), r); with != string(between) {
			more = append(more, changes(between, with, from)...)
		}
		from = e.to
	}
	return merged(append(edits, more...))
}

// changes are the edits that make with of text, one for each part that differs.
// Both have their characters in the same places.
func changes(text []byte, with string, at int) []edit {
	if len(text) != len(with) || !bytes.ContainsAny(text, " /") {
		return []edit{{at, at + len(text), with}}
	}
	var edits []edit
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRune(text[i:])
		if string(text[i:i+size]) != with[i:i+size] {
			if n := len(edits); n > 0 && edits[n-1].to == at+i {
				edits[n-1].to += size
				edits[n-1].with += with[i : i+size]
			} else {
				edits = append(edits, edit{at + i, at + i + size, with[i : i+size]})
			}
		}
		i += size
	}
	return edits
}
