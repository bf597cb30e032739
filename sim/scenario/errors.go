package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxProblems bounds what is said about one file; who has that many does not
// read on.
const maxProblems = 100

// Problem is one thing that is wrong with a file. Path is where in the tree,
// such as steps[1].expect.send; empty where the file as a whole is meant. Text
// says what is wrong, and what to write instead.
type Problem struct {
	Pos  Pos
	Path string
	Text string
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.Pos.String() + ": " + p.Text
	}
	return p.Pos.String() + ": " + p.Path + ": " + p.Text
}

// Errors is every problem of a file, in file order; never empty where returned.
type Errors []Problem

// Error has one line a problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// add notes a problem at a place of the file.
func (l *loader) add(pos Pos, path, format string, args ...any) {
	pos.File = l.file
	l.problems = append(l.problems, Problem{pos, path, fmt.Sprintf(format, args...)})
}

// fault notes a problem of a node.
func (l *loader) fault(n *yaml.Node, path, format string, args ...any) {
	l.add(place(n), path, format, args...)
}

// errors is what was noted, in file order; nil if nothing was.
func (l *loader) errors() error {
	if len(l.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(l.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	if len(l.problems) > maxProblems {
		l.problems = l.problems[:maxProblems+1]
		l.problems[maxProblems].Path = ""
		l.problems[maxProblems].Text = "and more: mend these first"
	}
	return l.problems
}
