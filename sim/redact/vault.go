package redact

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
)

// A placeholder is redacted-KIND-NUMBER: letters that mean the same in JSON, in
// URLs, in headers and on a terminal.
const (
	placeholderPrefix = "redacted-"
	maxPlaceholder    = len(placeholderPrefix) + 32 // in bytes, more than any has
)

// digest stands for a secret, so that a long recording's secrets are not all
// kept in memory.
type digest [16]byte

// vault knows which placeholder stands for which secret.
type vault struct {
	placeholders map[digest]string
	last         int // number given out or seen in the text
	foreign      int // number seen in the text
	counts       map[Kind]*Count
	known        finder
	words        []word
	told         bool // what is cut is as good as told by Redactor.Known
}

// word is a known secret that is a plain word: it is a secret only where it
// stands alone.
type word struct{ text, placeholder string }

func newVault() *vault {
	return &vault{placeholders: map[digest]string{}, counts: map[Kind]*Count{}}
}

// cut returns the placeholder of a secret, and from now on knows the secret
// wherever it stands, if it can be told from other text.
func (v *vault) cut(kind Kind, secret []byte) string {
	p, fresh := v.placeholder(kind, secret)
	switch {
	case v.told:
		v.search(string(secret), p)
	case fresh && isRandom(secret):
		v.known.add(string(secret), p)
	}
	return p
}

// know adds a secret before it is found anywhere.
func (v *vault) know(secret string) {
	if len(secret) >= shortestKnown && !isPlaceholder([]byte(secret)) {
		p, _ := v.placeholder(Known, []byte(secret))
		v.search(secret, p)
	}
}

// shortestKnown is how short a secret may be that is searched for, in bytes.
const shortestKnown = 4

// search looks for a secret from now on.
func (v *vault) search(secret, placeholder string) {
	w := word{secret, placeholder}
	switch {
	case len(secret) < shortestKnown:
	case !isWord(secret):
		v.known.add(secret, placeholder)
	case !slices.Contains(v.words, w):
		v.words = append(v.words, w)
	}
}

func (v *vault) placeholder(kind Kind, secret []byte) (p string, fresh bool) {
	sum := sha256.Sum256(secret)
	d := digest(sum[:16])
	if p, ok := v.placeholders[d]; ok {
		return p, false
	}
	v.last++
	p = placeholderPrefix + string(kind) + "-" + strconv.Itoa(v.last)
	v.placeholders[d] = p
	v.count(p).Secrets++
	return p, true
}

// count is that of a placeholder's kind.
func (v *vault) count(placeholder string) *Count {
	kind := kindOf(placeholder)
	c := v.counts[kind]
	if c == nil {
		c = &Count{Kind: kind}
		v.counts[kind] = c
	}
	return c
}

// seen takes note of a placeholder that the text has already, so that its
// number is not given to another secret.
func (v *vault) seen(placeholder []byte) {
	n, _ := strconv.Atoi(string(placeholder[strings.LastIndexByte(string(placeholder), '-')+1:]))
	v.foreign = max(v.foreign, n)
	v.last = max(v.last, n)
}

func (v *vault) list() []Count {
	var list []Count
	for _, c := range v.counts {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b Count) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	return list
}

func kindOf(placeholder string) Kind {
	kind, _, _ := strings.Cut(strings.TrimPrefix(placeholder, placeholderPrefix), "-")
	return Kind(kind)
}

// sorts of bytes that a secret may have.
const (
	small = 1 << iota
	large
	digit
	space
	sign
)

func sortsOf(secret []byte) (sorts int) {
	for _, c := range secret {
		switch {
		case c <= ' ':
			sorts |= space
		case 'a' <= c && c <= 'z':
			sorts |= small
		case 'A' <= c && c <= 'Z':
			sorts |= large
		case '0' <= c && c <= '9':
			sorts |= digit
		default:
			sorts |= sign
		}
	}
	return sorts
}

// isRandom says whether what stood in a secret's place can be told from other
// text: it could be a word, for nobody said that it is secret.
func isRandom(secret []byte) bool {
	sorts := sortsOf(secret)
	return 8 <= len(secret) && len(secret) <= maxSpelling && sorts&space == 0 &&
		(sorts&digit != 0 && sorts&(small|large) != 0 || sorts&(small|large) == small|large)
}

// isWord says whether a known secret may stand in other words by chance.
func isWord(secret string) bool {
	sorts := sortsOf([]byte(secret[1:]))
	return len(secret) < shortest || len(secret) < 2*shortest && sorts&(sorts-1) == 0
}

// placeholderAt returns the end of the placeholder that begins at i, or 0.
func placeholderAt(b []byte, i int) int {
	if len(b)-i < len(placeholderPrefix) || string(b[i:i+len(placeholderPrefix)]) != placeholderPrefix {
		return 0
	}
	i += len(placeholderPrefix)
	from := i
	for i < len(b) && 'a' <= b[i] && b[i] <= 'z' {
		i++
	}
	if i == from || i == len(b) || b[i] != '-' {
		return 0
	}
	i++
	from = i
	for i < len(b) && i-from < 9 && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	if i == from {
		return 0
	}
	return i
}

func isPlaceholder(b []byte) bool { return len(b) > 0 && placeholderAt(b, 0) == len(b) }
