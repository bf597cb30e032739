// Package matrix reads the file that names the targets of one run. It knows no
// player and no program: a target is a name and a command. Start reading at Read.
package matrix

import (
	"fmt"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
)

// BuiltIn is the Gateway of a Target that is relaysim's own.
const BuiltIn = "built-in"

// Target is one gateway that everything is played against.
type Target struct {
	Pos      scenario.Pos
	Name     string // of its column
	Gateway  string // the command of its driver, or BuiltIn
	Revision string // the only one it is played in, such as 2026-08; "" for all
	Dir      string // where the command runs; "" for the working directory
}

// Read reads a file: a YAML list of targets. A Dir is from where the file is. The
// error is a scenario.Errors with everything that is wrong.
func Read(file string, data []byte) ([]Target, error) {
	nodes, err := scenario.List(file, data)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, scenario.Errors{{Pos: scenario.Pos{File: file, Line: 1, Col: 1}, Text: "no targets: want a list, each with name and gateway"}}
	}
	var list []Target
	var problems scenario.Errors
	for i, n := range nodes {
		t, wrong := read(file, n, fmt.Sprintf("[%d]", i))
		for _, before := range list {
			if before.Name == t.Name && t.Name != "" {
				wrong = append(wrong, scenario.Problem{
					Pos: t.Pos, Path: fmt.Sprintf("[%d].name", i),
					Text: fmt.Sprintf("%s is the name of a target already, at line %d", t.Name, before.Pos.Line),
				})
			}
		}
		problems = append(problems, wrong...)
		list = append(list, t)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return list, nil
}

// read reads one target.
func read(file string, n *yaml.Node, path string) (t Target, wrong scenario.Errors) {
	t.Pos = scenario.Pos{File: file, Line: n.Line, Col: n.Column}
	wrong = scenario.Texts(file, n, path, "a target", []scenario.Text{
		{Name: "name", To: &t.Name, Need: true}, {Name: "gateway", To: &t.Gateway, Need: true},
		{Name: "revision", To: &t.Revision}, {Name: "dir", To: &t.Dir},
	})
	if t.Revision != "" {
		if _, err := wire.ParseRevision(t.Revision); err != nil {
			wrong = append(wrong, scenario.Problem{Pos: t.Pos, Path: path + ".revision", Text: err.Error()})
		}
	}
	switch {
	case t.Dir == "":
	case t.Gateway == BuiltIn:
		wrong = append(wrong, scenario.Problem{Pos: t.Pos, Path: path + ".dir", Text: "stands only beside a command"})
	case !filepath.IsAbs(t.Dir):
		t.Dir = filepath.Join(filepath.Dir(file), t.Dir)
	}
	return t, wrong
}
