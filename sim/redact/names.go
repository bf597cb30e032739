package redact

import "strings"

// Kind says what a secret is. It is part of its placeholder.
type Kind string

// The kinds of secret.
const (
	Token      Kind = "token"      // of an upgrade, an interaction, an API
	Secret     Kind = "secret"     // a gateway's or a client's
	Key        Kind = "key"        // such as a delivery key
	Password   Kind = "password"   //
	Credential Kind = "credential" // of an Authorization header, without its scheme
	Cookie     Kind = "cookie"     // one cookie's value
	Signature  Kind = "signature"  // of a provider's request or a URL
	Code       Kind = "code"       // of /link
	Known      Kind = "known"      // told by Redactor.Known
	Field      Kind = "field"      // of Options.Fields
	Pattern    Kind = "pattern"    // of Options.Patterns
	Nested     Kind = "nested"     // text under more encodings than are undone
)

// nameEndings are the endings of names whose values are secret, as plain spells
// them. A name that stands alone must be the whole of it.
var nameEndings = []struct {
	ending string
	alone  bool
	kind   Kind
}{
	{"token", false, Token}, {"tokenvalue", false, Token}, {"jwt", false, Token}, {"bearer", false, Token}, {"xauth", true, Token},
	{"secret", false, Secret}, {"secretvalue", false, Secret},
	{"password", false, Password}, {"passwd", false, Password}, {"passphrase", false, Password},
	{"passcode", false, Password}, {"pwd", false, Password}, {"pass", true, Password}, {"otp", true, Password},
	{"deliverykey", false, Key}, {"privatekey", false, Key}, {"apikey", false, Key}, {"secretkey", false, Key},
	{"signingkey", false, Key}, {"accesskey", false, Key}, {"authkey", false, Key}, {"encryptionkey", false, Key},
	{"sharedkey", false, Key}, {"hmackey", false, Key}, {"masterkey", false, Key}, {"botkey", false, Key},
	{"subscriptionkey", false, Key}, {"functionskey", false, Key},
	{"authorization", false, Credential}, {"credential", false, Credential}, {"authheader", false, Credential},
	{"cookie", false, Cookie},
	{"signature", false, Signature}, {"signatureed", false, Signature}, {"hmac", false, Signature}, {"hmacsha", false, Signature}, {"sig", true, Signature},
	{"linkcode", false, Code}, {"pairingcode", false, Code}, {"verificationcode", false, Code},
}

// names tells names that say that their value is secret.
type names struct {
	fields map[string]bool // of Options.Fields, plain
	code   bool            // code is one, as in an answer of /manage/link (MAN-1)
}

// maxName bounds a name that is looked at, in bytes.
const maxName = 96

// kind is the kind of secret that a member, header or parameter of this name
// holds, or "". many says that the name is a plural, so that a number is but
// their number.
func (n *names) kind(name []byte) (k Kind, many bool) {
	if len(name) < 3 || len(name) > maxName {
		return "", false
	}
	var room [maxName]byte
	p := plain(room[:0], name)
	if n.fields[string(p)] {
		return Field, false
	}
	for len(p) > 0 && '0' <= p[len(p)-1] && p[len(p)-1] <= '9' { // token2, X-Hub-Signature-256
		p = p[:len(p)-1]
	}
	if len(p) > 0 && p[len(p)-1] == 's' {
		p, many = p[:len(p)-1], true
	}
	for _, e := range nameEndings {
		n := len(p) - len(e.ending)
		if n >= 0 && p[len(p)-1] == e.ending[len(e.ending)-1] && string(p[n:]) == e.ending && (n == 0 || !e.alone) {
			return e.kind, many
		}
	}
	if n.code && string(p) == "code" {
		return Code, false
	}
	return "", false
}

// plain appends a name in lower case without what only separates its words.
func plain(b, name []byte) []byte {
	for _, c := range name {
		switch {
		case 'A' <= c && c <= 'Z':
			b = append(b, c|0x20)
		case c != '_' && c != '-' && c != ' ' && c != '.':
			b = append(b, c)
		}
	}
	return b
}

// isHeader says whether the name is one of an HTTP header and of hardly
// anything else, so that what follows it in a list is its value.
func isHeader(name []byte) bool {
	switch p := strings.ToLower(string(name)); p {
	case "authorization", "proxy-authorization", "cookie", "set-cookie":
		return true
	default:
		return strings.HasPrefix(p, "x-")
	}
}
