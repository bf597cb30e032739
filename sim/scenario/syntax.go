package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// parse reads the one document of a file. A nil node means that a problem was
// added.
func (l *loader) parse(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := notText(data); at >= 0 {
		l.add(l.at(data, at), "", "not text in UTF-8: is this a scenario file?")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	doc, err := decode(dec)
	switch {
	case err == io.EOF:
		l.add(Pos{Line: 1, Col: 1}, "", "empty: a scenario needs a name and steps")
		return nil
	case err != nil:
		l.syntax(data, err)
		return nil
	}
	switch second, err := decode(dec); {
	case err == io.EOF:
	case err != nil:
		l.syntax(data, err)
		return nil
	default:
		l.add(place(second), "", "a second document: one file holds one scenario")
		return nil
	}
	return doc.Content[0]
}

// decode reads the next document. A panic of the library is an error too: the
// text of a file must not end the program.
func decode(dec *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the YAML library gave up: %v", r)
		}
	}()
	doc = new(yaml.Node)
	if err := dec.Decode(doc); err != nil {
		return nil, err
	}
	if len(doc.Content) != 1 {
		return nil, errors.New("the YAML library found no document")
	}
	return doc, nil
}

// notText is the offset of the first byte that no text has, or -1.
func notText(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// at is the place of an offset.
func (l *loader) at(data []byte, offset int) Pos {
	before := data[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	begin := 1 + bytes.LastIndexByte(before, '\n')
	return Pos{Line: line, Col: 1 + utf8.RuneCount(before[begin:])}
}

// syntax adds a problem of the library's. Its own line is that of the construct
// it was in, sometimes off by one, and missing on the first line; so the place
// is found again by reading the text until the same error comes.
func (l *loader) syntax(data []byte, err error) {
	at := min(max(failsAt(data, err)-1, 0), len(data))
	text := yamlLine.ReplaceAllString(err.Error(), "")
	char, _ := utf8.DecodeRune(data[at:])
	switch {
	case strings.Contains(text, "end of stream"):
		text = "what begins here never ends: is a quote missing?"
		at = opened(data, err)
	case strings.Contains(text, "cannot start any token") && char == '\t':
		text = "a tab: indent with spaces"
	case strings.Contains(text, "cannot start any token"):
		text = fmt.Sprintf("a value cannot begin with %q: put it in quotes", char)
	case strings.Contains(text, "mapping values are not allowed"):
		text = `a second ": " where a value is: check the indent, or put the value in quotes`
	case strings.Contains(text, "unknown anchor"):
		text += ": aliases are not taken, write the value out or use vars"
		at = max(bytes.LastIndexByte(data[:min(at+1, len(data))], '*'), 0)
	case strings.Contains(text, "expected ',' or"):
		begin := 1 + bytes.LastIndexByte(data[:at], '\n')
		if i := bytes.LastIndexByte(data[begin:min(at+1, len(data))], '?'); i >= 0 {
			// The YAML library ends every text at it, against the standard.
			text, at = "between { } or [ ] a text with ? needs quotes", begin+i
		}
	}
	l.add(l.at(data, at), "", "not YAML: %s", text)
}

// yamlLine is what the library puts before its words.
var yamlLine = regexp.MustCompile(`^yaml: (line (\d+): )?`)

// opened is the offset of the first character of the line the library names.
func opened(data []byte, err error) int {
	line := 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil && m[2] != "" {
		line, _ = strconv.Atoi(m[2])
	}
	at := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(data[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return at
}

// lookahead is more than the library reads beyond the character it judges.
const lookahead = 12

// failsAt is the length of the shortest text near the place of the error that
// has the same error: its last character is the one to blame.
func failsAt(data []byte, want error) int {
	r := &byByte{data: data}
	if err := firstError(r); err == nil || err.Error() != want.Error() {
		return 0
	}
	end := ""
	if strings.Contains(want.Error(), "expected ',' or") {
		end = "," // or the cut itself would be the same error
	}
	for n := r.read; n > 0 && n > r.read-lookahead; n-- {
		err := firstError(strings.NewReader(string(data[:n-1]) + end))
		if err == nil || err.Error() != want.Error() {
			return n
		}
	}
	return r.read
}

// firstError reads documents until one is wrong or all are read.
func firstError(r io.Reader) error {
	dec := yaml.NewDecoder(r)
	for {
		if _, err := decode(dec); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// byByte hands out one byte a time, so that what was read tells where the
// reader was.
type byByte struct {
	data []byte
	read int
}

func (b *byByte) Read(p []byte) (int, error) {
	if b.read == len(b.data) {
		return 0, io.EOF
	}
	p[0] = b.data[b.read]
	b.read++
	return 1, nil
}
