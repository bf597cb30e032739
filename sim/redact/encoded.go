package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"unicode/utf8"
)

// A run is a part of a text that may be an encoding of other text.
const (
	minRun = 16
	// longRun is where what does not begin as text is looked into all the same:
	// a body may begin with anything.
	longRun = 24
)

// inner is text that a run encodes.
type inner struct {
	from, to int // of the run, padding included
	hex      bool
	text     []byte
}

func (c *cutter) suspiciousRun(b []byte, from, to, depth int) bool {
	if _, ok := tokenForm(b, from, to); ok {
		return true
	}
	found := false
	eachInner(b, from, to, func(in inner) bool {
		found = depth <= 0 || isMinted(in.text) || c.suspicious(in.text, depth-1)
		return !found
	})
	return found
}

// runs finds the secrets in what is encoded in base64 or hex, and tokens that
// are known by their form.
func (c *cutter) runs(b []byte, depth int) []edit {
	var edits []edit
	for i := 0; i < len(b); i++ {
		from := i
		if i = until(b, i, isBase64); i-from < minRun {
			continue
		}
		if m, ok := tokenForm(b, from, i); ok {
			edits = append(edits, shifted(c.value(m.kind, b[m.from:m.to]), m.from)...)
			continue
		}
		eachInner(b, from, i, func(in inner) bool {
			if isMinted(in.text) {
				edits = append(edits, shifted(c.value(Token, b[in.from:in.to]), in.from)...)
				return false
			}
			part := c.text(in.text, depth-1)
			if len(part) == 0 {
				return true
			}
			edits = append(edits, edit{in.from, in.to, in.encode(b, splice(in.text, part))})
			return false
		})
	}
	return edits
}

// eachInner calls visit for each text that the run may encode, until it returns
// false. A run that begins in the middle of something else, such as a path, is
// tried from each of its first bytes and after each slash.
func eachInner(b []byte, from, to int, visit func(inner) bool) {
	if !eachHex(b, from, to, visit) {
		return
	}
	some := false
	each := func(from, to int) bool {
		if to-from < minRun {
			return true
		}
		for shift := range 4 {
			if isTextHead(b[from+shift : to]) {
				some = true
				if !visitBase64(b, from+shift, to, visit) {
					return false
				}
			}
		}
		if i := bytes.Index(b[from:to], []byte("eyJ")); i > 3 { // a JSON object
			some = true
			return visitBase64(b, from+i, to, visit)
		}
		return true
	}
	if !each(from, to) {
		return
	}
	if contains(b[from:to], '/') {
		for start := from; start < to; {
			end := to
			if i := bytes.IndexByte(b[start:to], '/'); i >= 0 {
				end = start + i
			}
			if !each(start, end) {
				return
			}
			start = end + 1
		}
	}
	if !some && to-from >= longRun && until(b[:to], from, isHex) < to {
		visitBase64(b, from, to, visit)
	}
}

func visitBase64(b []byte, from, to int, visit func(inner) bool) bool {
	if (to-from)%4 == 1 {
		to--
	}
	text := decodeBase64(b[from:to])
	return visit(inner{from: from, to: min(skip(b, to, '='), to+2), text: text})
}

func eachHex(b []byte, from, to int, visit func(inner) bool) bool {
	for i := from; i < to; i++ {
		start := i
		i = min(until(b, i, isHex), to)
		if i-start < minRun {
			continue
		}
		end := i - (i-start)%2
		text := make([]byte, (end-start)/2)
		if n, _ := hex.Decode(text[:minRun/2], b[start:start+minRun]); !isText(text[:n]) {
			continue
		}
		_, _ = hex.Decode(text, b[start:end]) // they are hex digits
		if !visit(inner{from: start, to: end, hex: true, text: text}) {
			return false
		}
	}
	return true
}

// encode encodes text as the run of b was.
func (in inner) encode(b, text []byte) string {
	run := b[in.from:in.to]
	if in.hex {
		if bytes.ContainsAny(run, "ABCDEF") {
			return string(bytes.ToUpper([]byte(hex.EncodeToString(text))))
		}
		return hex.EncodeToString(text)
	}
	url := bytes.ContainsAny(run, "-_") || len(run)%4 != 0 && !bytes.ContainsAny(run, "+/")
	e := base64.StdEncoding
	if url {
		e = base64.URLEncoding
	}
	if len(run)%4 != 0 || url && !contains(run, '=') {
		e = e.WithPadding(base64.NoPadding)
	}
	return e.EncodeToString(text)
}

// decodeBase64 decodes either alphabet without padding. It is nil for what is
// neither.
func decodeBase64(b []byte) []byte {
	if len(b)%4 == 1 {
		return nil
	}
	text := make([]byte, 0, len(b)*3/4)
	var bits uint32
	for i, ch := range b {
		if class[ch]&isBase64 == 0 {
			return nil
		}
		if bits = bits<<6 | uint32(sixBits[ch]); i%4 == 3 {
			text = append(text, byte(bits>>16), byte(bits>>8), byte(bits))
		}
	}
	switch len(b) % 4 {
	case 2:
		text = append(text, byte(bits>>4))
	case 3:
		text = append(text, byte(bits>>10), byte(bits>>2))
	}
	return text
}

// sixBits is what a base64 digit stands for.
var sixBits = digits()

func digits() (bits [256]byte) {
	for i := range 64 {
		bits["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[i]] = byte(i)
		bits["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[i]] = byte(i)
	}
	return bits
}

// isTextHead says whether base64 digits begin an encoding of text.
func isTextHead(b []byte) bool {
	var head [minRun / 4 * 3]byte
	n := 0
	for i := 0; i+4 <= len(b) && n < len(head); i += 4 {
		head[n] = sixBits[b[i]]<<2 | sixBits[b[i+1]]>>4
		if c := head[n]; c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
			return false
		}
		head[n+1] = sixBits[b[i+1]]<<4 | sixBits[b[i+2]]>>2
		head[n+2] = sixBits[b[i+2]]<<6 | sixBits[b[i+3]]
		n += 3
	}
	return n > 0 && isText(head[:n])
}

// isText says whether b, which may be cut off, is what a person could read.
func isText(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:])
		}
		i += size
	}
	return len(b) > 0
}

// wrapped finds the secrets of base64 that is broken into lines, as in mail.
func (c *cutter) wrapped(b []byte, depth int) []edit {
	width := bytes.IndexAny(b, "\r\n")
	if width < minRun || width%4 != 0 {
		return nil
	}
	from, to := 0, 0
	var run []byte
	for ; to < len(b); to++ {
		switch ch := b[to]; {
		case class[ch]&isBase64 != 0 || ch == '=':
			run = append(run, ch)
		case ch != '\r' && ch != '\n':
			return nil
		}
	}
	text := decodeBase64(bytes.TrimRight(run, "="))
	part := c.text(text, depth-1)
	if len(part) == 0 {
		return nil
	}
	in := inner{from: 0, to: len(run)}
	whole := in.encode(run, splice(text, part))
	var lines []byte
	for len(whole) > width {
		lines = append(append(lines, whole[:width]...), lineBreak(b, width)...)
		whole = whole[width:]
	}
	return []edit{{from, to, string(append(lines, whole...))}}
}

func lineBreak(b []byte, width int) string {
	if b[width] == '\r' {
		return "\r\n"
	}
	return "\n"
}
