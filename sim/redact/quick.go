package redact

import "bytes"

// suspicious says whether a text may hold a secret. It allocates nothing unless
// the text has base64 or hex of more text in it, for nearly every frame is
// looked at by it alone. What it lets pass, text cuts nothing out of.
func (c *cutter) suspicious(b []byte, depth int) bool {
	if len(c.patterns) > 0 && len(b) > 0 || c.vault.known.in(b) != "" {
		return true
	}
	for _, w := range c.vault.words {
		if bytes.Contains(b, []byte(w.text)) {
			return true
		}
	}
	state, run := uint32(0), 0
	for i, ch := range b {
		if state = c.words.next[state+c.words.column[ch]]; state&ends != 0 {
			state &^= ends
			if c.plausible(b, c.words.what[state/c.words.width], i+1) {
				return true
			}
		}
		if class[ch]&isBase64 != 0 {
			run++
			continue
		}
		if run >= minRun && (isWrapped(b, i, run) || c.suspiciousRun(b, i-run, i, depth)) {
			return true
		}
		run = 0
		if ch == '%' && isPercent(b, i) || ch == '\\' && (c.vault.known.escapes || isEscape(b, i)) {
			return true
		}
	}
	return run >= minRun && c.suspiciousRun(b, len(b)-run, len(b), depth)
}

// isWrapped says whether base64 that ends at i may go on in the next line.
func isWrapped(b []byte, i, run int) bool {
	if run%4 != 0 {
		return false
	}
	start := i
	for i < len(b) && (b[i] == '\r' || b[i] == '\n') {
		i++
	}
	for i+1 < len(b) && b[i] == '\\' && (b[i+1] == 'r' || b[i+1] == 'n') {
		i += 2
	}
	return i > start && i < len(b) && class[b[i]]&isBase64 != 0
}

func (c *cutter) plausible(b []byte, on trigger, end int) bool {
	for _, m := range matchers {
		if m.on&on != 0 {
			if _, ok := m.match(c, b, end); ok {
				return true
			}
		}
	}
	return false
}

// isEscape says whether the escape at i can hide what a keyword would show: an
// ASCII character that needs none, or a space that nobody writes. A quote or a
// newline hides nothing.
func isEscape(b []byte, i int) bool {
	after := b[i+1:]
	return len(after) > 0 && (after[0] == '/' || after[0] == 'f' || after[0] == 'b') || bytes.HasPrefix(after, []byte("u00"))
}

func hasPercent(b []byte) bool {
	for i := range b {
		if isPercent(b, i) {
			return true
		}
	}
	return false
}
