package scenario

import "strings"

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
