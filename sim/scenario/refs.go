package scenario

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// use is one ${name} or one $capture of a file.
type use struct {
	name    string
	pos     Pos
	path    string
	capture bool
	unit    int // which pattern it is in; 0: none
}

// refName is a name as it stands in ${name}.
var refName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// segment is a piece of a text: words as they are, or the name of a value.
type segment struct{ words, name string }

// segments splits a text at its ${name}; $${ is a plain ${.
func segments(s string) ([]segment, error) {
	var list []segment
	var words strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			words.WriteString(s)
			break
		}
		if i > 0 && s[i-1] == '$' {
			words.WriteString(s[:i-1] + "${")
			s = s[i+2:]
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 || !refName.MatchString(s[i+2:i+end]) {
			return nil, fmt.Errorf("%q: want a name such as ${x}; $${ is a plain ${", clip(s[i:]))
		}
		words.WriteString(s[:i])
		if words.Len() > 0 {
			list = append(list, segment{words: words.String()})
			words.Reset()
		}
		list = append(list, segment{name: s[i+2 : i+end]})
		s = s[i+end+1:]
	}
	if words.Len() > 0 {
		list = append(list, segment{words: words.String()})
	}
	return list, nil
}

// text notes the names that a text uses.
func (l *loader) text(n *yaml.Node, path, s string) {
	if !strings.Contains(s, "${") {
		return
	}
	list, err := segments(s)
	if err != nil {
		l.fault(n, path, "%v", err)
		return
	}
	for _, seg := range list {
		if seg.name != "" {
			l.uses = append(l.uses, use{name: seg.name, pos: l.pos(n), path: path, unit: l.unit})
		}
	}
}
