package redact

import "bytes"

// prefixes begin tokens that are known by their form.
var prefixes = []string{"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-", "ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_", "glpat-", "sk-", "AKIA"}

// tokenForm finds a token that is known by its form in a run, or in what a path
// in it has between two slashes.
func tokenForm(b []byte, from, to int) (match, bool) {
	for to-from >= minRun {
		end := to
		if i := bytes.IndexByte(b[from:to], '/'); i >= 0 {
			end = from + i
		}
		if m, ok := tokenAt(b, from, end); ok {
			return m, true
		}
		from = end + 1
	}
	return match{}, false
}

// tokenAt says whether a token begins at from. TestFormsOfTokens has one of each.
func tokenAt(b []byte, from, to int) (match, bool) {
	if to-from < minRun {
		return match{}, false
	}
	for _, p := range prefixes {
		if b[from] == p[0] && bytes.HasPrefix(b[from:to], []byte(p)) {
			return match{from: from, to: to, kind: Token}, true
		}
	}
	if to < len(b) && b[to] == '.' {
		if second := until(b, to+1, isName); second < len(b) && b[second] == '.' {
			third := until(b, second+1, isName)
			signed := bytes.HasPrefix(b[from:], []byte("eyJ")) || isDigits(decodeBase64(b[from:to]))
			if signed && third-second > minRun {
				return match{from: from, to: third, kind: Token}, true // a JWT, a Discord bot's token
			}
		}
	}
	if to-from == 35 && from > 6 && b[from-1] == ':' && isDigits(b[from-7:from-1]) {
		return match{from: from, to: to, kind: Token}, true // a Telegram bot's, without its id
	}
	return match{}, false
}

func isDigits(b []byte) bool {
	return len(b) > 0 && len(bytes.Trim(b, "0123456789")) == 0
}

// isMinted says whether text is what a token of an upgrade is base64 of
// (payload, expiry and signature, AUTH-2), or an interaction's token.
func isMinted(text []byte) bool {
	const signature = 64 // hex digits
	if rest, ok := bytes.CutPrefix(text, []byte("interaction:")); ok {
		return contains(rest, ':')
	}
	i := len(text) - signature
	if i < len(":0:") || i > maxSpelling || text[i-1] != ':' || until(text, i, isHex) < len(text) {
		return false
	}
	expiry := text[bytes.LastIndexByte(text[:i-1], ':')+1 : i-1]
	return len(expiry) < i-1 && isDigits(bytes.TrimPrefix(expiry, []byte("-")))
}
