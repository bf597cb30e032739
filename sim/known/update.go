package known

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Updated is the file's text without some entries and with others at its end.
// What stays is as it was, byte for byte, with its comments. The error says that
// the file is not written with an entry on lines of its own.
func (f *File) Updated(without, with []Entry) ([]byte, error) {
	cut, err := f.cut(without)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for i, line := range f.lines {
		if !cut[i] {
			b.WriteString(line)
		}
	}
	if text := strings.TrimSpace(b.String()); text == "[]" || text == "" {
		b.Reset()
	}
	if n := b.Len(); n > 0 && b.Bytes()[n-1] != '\n' {
		b.WriteByte('\n')
	}
	for _, e := range with {
		if err := e.write(&b, f.indent()); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// cut marks the lines of entries, and of the comments right above them.
func (f *File) cut(entries []Entry) (map[int]bool, error) {
	cut := map[int]bool{}
	for _, e := range entries {
		begin, end := f.extent(e)
		if begin < 0 {
			return nil, fmt.Errorf("%s: write each entry on lines of its own, beginning with -", e.Pos)
		}
		for i := begin; i < end; i++ {
			cut[i] = true
		}
	}
	return cut, nil
}

// extent is where an entry begins, and where what is not its own does, as indices
// of lines; -1 where it has no lines of its own.
func (f *File) extent(e Entry) (begin, end int) {
	begin = e.Pos.Line - 1
	if !strings.HasPrefix(strings.TrimSpace(f.lines[begin]), "-") {
		return -1, 0
	}
	end = len(f.lines)
	for _, other := range f.Entries {
		if other.Pos.Line > e.Pos.Line {
			end = min(end, other.Pos.Line-1)
		}
	}
	last := begin // the last line that is the entry's: it stands further to the right
	for i := begin + 1; i < end; i++ {
		if indented(f.lines[i]) > indented(f.lines[begin]) && strings.TrimSpace(f.lines[i]) != "" {
			last = i
		}
	}
	for begin > 0 && strings.HasPrefix(strings.TrimSpace(f.lines[begin-1]), "#") && !f.head(begin-1) {
		begin--
	}
	return begin, last + 1
}

// head says whether a comment is the file's: no empty line stands before it, and
// no entry.
func (f *File) head(i int) bool {
	first := f.Entries[0].Pos.Line - 1
	return i < first && !slices.ContainsFunc(f.lines[:i+1], func(line string) bool { return strings.TrimSpace(line) == "" })
}

func indented(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// indent is what stands before the entries.
func (f *File) indent() string {
	if len(f.Entries) == 0 {
		return ""
	}
	line := f.lines[f.Entries[0].Pos.Line-1]
	return line[:indented(line)]
}

// write writes an entry as it is best read.
func (e Entry) write(b *bytes.Buffer, indent string) error {
	lead := "- "
	for _, field := range []struct{ name, value string }{
		{"scenario", e.Scenario}, {"revision", e.Revision}, {"target", e.Target}, {"reason", e.Reason}, {"link", e.Link},
	} {
		if field.value == "" {
			continue
		}
		text, err := oneLine(field.value)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s%s%s: %s\n", indent, lead, field.name, text)
		lead = "  "
	}
	return nil
}

// oneLine is a text as YAML has it on one line.
func oneLine(text string) (string, error) {
	var n yaml.Node
	n.SetString(strings.Join(strings.Fields(text), " "))
	out, err := yaml.Marshal(&n)
	if err == nil && bytes.Count(out, []byte("\n")) > 1 {
		n.Style = yaml.DoubleQuotedStyle
		out, err = yaml.Marshal(&n)
	}
	if err == nil && bytes.Count(out, []byte("\n")) > 1 {
		err = errors.New("a text that cannot be written on one line")
	}
	return strings.TrimSpace(string(out)), err
}
