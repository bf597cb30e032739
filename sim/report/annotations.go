package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/relaysim/relaysim/sim/verdict"
)

// Annotations reports to GitHub Actions: a workflow command for each problem,
// which GitHub shows beside the line it is about.
type Annotations struct {
	w    io.Writer
	path func(file string) string
	err  error // the first
}

// NewAnnotations returns a Reporter that writes workflow commands to w, which
// must be the output of a step. path is where GitHub knows a file.
func NewAnnotations(w io.Writer, path func(file string) string) *Annotations {
	return &Annotations{w: w, path: path}
}

// Add writes the problems of a run that failed or was not judged, and why one
// that is known to fail was not counted.
func (a *Annotations) Add(e Entry) {
	switch e.Outcome {
	case verdict.Failed:
	case verdict.Skipped:
		if e.Known != nil {
			a.write("notice", place(e), e.label(), "skipped: "+e.Reason)
		}
		return
	case verdict.NotJudged:
		a.Problem(place(e), e.label(), "not judged: "+e.Reason)
	default:
		return
	}
	for _, p := range e.Problems {
		text := p.Text
		if p.Rule != "" {
			text = p.Rule + ": " + text
		}
		for _, d := range p.Diffs {
			text += fmt.Sprintf("\n%swant %s, got %s", at(d), d.Want, d.Got)
		}
		if p.Add != "" {
			text += "\nto expect it, add: " + p.Add
		}
		a.Problem(e.at(p), e.label(), text)
	}
}

// Problem writes one command. at is file, file:line, file:line:col or empty;
// title may be empty.
func (a *Annotations) Problem(at, title, text string) { a.write("error", at, title, text) }

// write writes one command of a level.
func (a *Annotations) write(level, at, title, text string) {
	file, line, col := splitPlace(at)
	if file != "" {
		file = a.path(file)
	}
	var props []string
	for _, p := range []struct{ name, value string }{{"file", file}, {"line", line}, {"col", col}, {"title", title}} {
		if p.value != "" {
			props = append(props, p.name+"="+escapeProperty(p.value))
		}
	}
	command := strings.TrimRight(level+" "+strings.Join(props, ","), " ")
	_, err := fmt.Fprintf(a.w, "::%s::%s\n", command, escapeData(cutSecrets(text)))
	if a.err == nil {
		a.err = err
	}
}

// End returns the first error.
func (a *Annotations) End(Summary) error { return a.err }

// splitPlace takes file:line:col apart. A file may hold colons itself.
func splitPlace(at string) (file, line, col string) {
	file, last, ok := cutNumber(at)
	if !ok {
		return at, "", ""
	}
	if f, first, ok := cutNumber(file); ok {
		return f, first, last
	}
	return file, last, ""
}

func cutNumber(s string) (before, number string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	if _, err := strconv.ParseUint(s[i+1:], 10, 32); err != nil {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// escapeData and escapeProperty are those of GitHub's own toolkit.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
