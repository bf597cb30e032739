package redact

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// finder finds many texts at once: known secrets in the encodings in which they
// can be seen without decoding anything. It looks at every third place only:
// the first six bytes of any text show up at one of three.
type finder struct {
	seen  []uint64 // a bit for each hash of a window
	heads map[uint32][]spelling
	order []string // secrets, oldest first
	holds map[string]string
	// escapes says that there is a secret which JSON writes with a backslash,
	// so that none can be ruled out in text that has one.
	escapes bool
}

// spelling is one form of a secret, and where in it a window begins.
type spelling struct {
	text        string
	placeholder string
	offset      int
}

const (
	finderBits = 18
	window     = 4
	stride     = 3
	shortest   = window + stride - 1 // of a spelling, in bytes
	// maxKnown bounds what is searched for. A recording can have more secrets
	// than that; the oldest ones are then no longer found away from their places.
	maxKnown = 4096
)

// add searches for the secret, of at least shortest bytes, from now on.
func (f *finder) add(secret, placeholder string) {
	if f.holds == nil || len(f.order) >= maxKnown {
		f.forget()
	}
	if _, ok := f.holds[secret]; ok {
		return
	}
	f.holds[secret] = placeholder
	f.escapes = f.escapes || strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r >= utf8.RuneSelf })
	f.order = append(f.order, secret)
	for _, text := range spellings(secret) {
		for offset := range stride {
			head := binary.LittleEndian.Uint32([]byte(text[offset : offset+window]))
			h := hash(head)
			f.seen[h/64] |= 1 << (h % 64)
			f.heads[head] = append(f.heads[head], spelling{text, placeholder, offset})
		}
	}
}

// forget drops the older half.
func (f *finder) forget() {
	holds, order := f.holds, f.order
	*f = finder{seen: make([]uint64, 1<<finderBits/64), heads: map[uint32][]spelling{}, holds: map[string]string{}}
	for _, secret := range order[len(order)/2:] {
		f.add(secret, holds[secret])
	}
}

func hash(head uint32) uint32 { return head * 2654435761 >> (32 - finderBits) }

// each calls visit for every place where a secret stands, until it returns
// false. Places can overlap.
func (f *finder) each(b []byte, visit func(from, to int, placeholder string) bool) {
	if len(f.order) == 0 {
		return
	}
	for i := 0; i+window <= len(b); i += stride {
		head := binary.LittleEndian.Uint32(b[i:])
		h := hash(head)
		if f.seen[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, s := range f.heads[head] {
			from := i - s.offset
			if from >= 0 && len(b)-from >= len(s.text) && string(b[from:from+len(s.text)]) == s.text &&
				!visit(from, from+len(s.text), s.placeholder) {
				return
			}
		}
	}
}

// in is the placeholder of a secret that stands in b, or "".
func (f *finder) in(b []byte) (placeholder string) {
	f.each(b, func(_, _ int, p string) bool {
		placeholder = p
		return false
	})
	return placeholder
}

// begun returns where the end of b is the beginning of a secret that could go
// on, at least n bytes of it, and its placeholder. from is -1 when it is none.
func (f *finder) begun(b []byte, n int) (from int, placeholder string) {
	for i := max(0, len(b)-maxSpelling); i+max(window, n) <= len(b); i++ {
		for _, s := range f.heads[binary.LittleEndian.Uint32(b[i:])] {
			if s.offset == 0 && strings.HasPrefix(s.text, string(b[i:])) {
				return i, s.placeholder
			}
		}
	}
	return -1, ""
}

// maxSpelling bounds how much of a split secret is recognised before its end,
// in bytes.
const maxSpelling = 4096

// spellings are the forms in which a secret stands in text: as it is, in JSON's
// escapes, in base64 wherever it begins in its three bytes, in hex and in
// percent escapes.
func spellings(secret string) []string {
	list := []string{secret}
	add := func(text string) {
		for _, have := range list {
			if have == text {
				return
			}
		}
		if len(text) >= shortest {
			list = append(list, text)
		}
	}
	quoted, _ := json.Marshal(secret)
	add(string(quoted[1 : len(quoted)-1]))
	for shift := range 3 {
		std := shiftedBase64(secret, shift)
		add(std)
		add(strings.NewReplacer("+", "-", "/", "_").Replace(std))
	}
	add(hex.EncodeToString([]byte(secret)))
	add(strings.ToUpper(hex.EncodeToString([]byte(secret))))
	add(url.QueryEscape(secret))
	add(url.PathEscape(secret))
	upper, lower := "", ""
	for i := range len(secret) {
		upper += fmt.Sprintf("%%%02X", secret[i])
		lower += fmt.Sprintf("%%%02x", secret[i])
	}
	add(upper)
	add(lower)
	return list
}

// shiftedBase64 is what base64 of a text in which the secret begins shift bytes
// after a multiple of three has of the secret alone.
func shiftedBase64(secret string, shift int) string {
	text := base64.RawStdEncoding.EncodeToString([]byte("\x00\x00\x00"[:shift] + secret))
	from := (shift*8 + 5) / 6
	to := (shift + len(secret)) * 8 / 6
	return text[min(from, to):to]
}
