package record

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// ReadEnv reads variables from lines such as NAME=value, as a shell or Docker
// writes them: blank lines and lines that begin with # are skipped, export
// before the name too, and quotes around the value are taken off. Nothing is
// expanded. An error names the line, and never a value.
func ReadEnv(r io.Reader, file string) (map[string]string, error) {
	env := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		if name = strings.TrimSpace(name); !found || name == "" || strings.ContainsAny(name, " \t") {
			return nil, fmt.Errorf("%s:%d: want NAME=value", file, n)
		}
		env[name] = unquote(strings.TrimSpace(value))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return env, nil
}

// QuoteEnv is a value as a shell and ReadEnv both read it again, where it holds no
// line end.
func QuoteEnv(value string) string {
	if strings.IndexFunc(value, special) < 0 {
		return value
	}
	return "'" + strings.ReplaceAll(value, "'", quoted) + "'"
}

// quoted is how a shell has a single quote between single quotes.
const quoted = `'\''`

// special says whether a shell may take a character for something else.
func special(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:,@%+=", r))
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		inner := s[1 : len(s)-1]
		if s[0] == '\'' {
			inner = strings.ReplaceAll(inner, quoted, "'")
		}
		return inner
	}
	return s
}
