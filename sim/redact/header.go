package redact

import "strings"

// Header returns the value of an HTTP header with the secrets cut out: a
// credential without its scheme, a cookie's value, a signature.
func (r *Redactor) Header(name, value string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cut.header(name, value)
}

// Headers is Header for a list, which is not changed.
func (r *Redactor) Headers(list [][2]string) [][2]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([][2]string, len(list))
	for i, h := range list {
		out[i] = [2]string{h[0], r.cut.header(h[0], h[1])}
	}
	return out
}

func (c *cutter) header(name, value string) string {
	b := []byte(value)
	if kind, _ := c.names.kind([]byte(name)); kind != "" {
		return string(splice(b, merged(c.value(kind, b))))
	}
	if strings.EqualFold(name, "Sec-WebSocket-Protocol") {
		return c.protocols(value)
	}
	return string(splice(b, c.edits(b)))
}

// protocols cuts a token that a browser, which cannot set a header, smuggles in
// as a sub-protocol: the one after the word that says so, or what comes after
// the last dot of one that says so.
func (c *cutter) protocols(value string) string {
	list := strings.Split(value, ",")
	before := ""
	for i, p := range list {
		name := strings.TrimSpace(p)
		lower := strings.ToLower(name)
		switch dot := strings.LastIndexByte(name, '.'); {
		case before == "bearer" || before == "token" || before == "authorization" || before == "access_token":
			list[i] = c.protocol(p, name)
		case dot > 0 && (strings.Contains(lower[:dot], "bearer") || strings.Contains(lower[:dot], "token") || strings.Contains(lower[:dot], "auth")):
			list[i] = c.protocol(p, name[dot+1:])
		default:
			list[i] = string(splice([]byte(p), c.edits([]byte(p))))
		}
		before = lower
	}
	return strings.Join(list, ",")
}

func (c *cutter) protocol(p, secret string) string {
	if secret == "" || isPlaceholder([]byte(secret)) {
		return p
	}
	return strings.Replace(p, secret, c.vault.cut(Token, []byte(secret)), 1)
}
