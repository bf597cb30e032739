package replay

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/relaysim/relaysim/sim/contract"
	"github.com/relaysim/relaysim/sim/scenario"
)

// DeviationsEnding is how the name of a file of deviations ends. The rest is
// that of the recording beside it.
const DeviationsEnding = ".deviations.yaml"

// DeviationsOf is the name of the file of deviations beside a recording.
func DeviationsOf(recording string) string {
	return strings.TrimSuffix(recording, ".jsonl") + DeviationsEnding
}

// maxDeviations bounds a file of deviations, in bytes.
const maxDeviations = 1 << 20

// ReadDeviations reads a file of deviations: a YAML list, each entry with the
// fields of a Deviation that its kind has. file is its name in problems. The error is a
// scenario.Errors with everything that is wrong, or that of r.
func ReadDeviations(r io.Reader, file string) ([]Deviation, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDeviations+1))
	if err != nil {
		return nil, err
	}
	f := &deviationFile{name: file, known: contract.Known(), first: map[string]int{}}
	if len(data) > maxDeviations {
		f.problem(1, 0, "", "more than %d bytes: this is no file of deviations", maxDeviations)
	} else {
		f.read(data)
	}
	if len(f.problems) > 0 {
		slices.SortStableFunc(f.problems, func(a, b scenario.Problem) int {
			return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
		})
		return nil, f.problems
	}
	return f.list, nil
}

// deviationFile is the state of reading one.
type deviationFile struct {
	name     string
	known    func(rule string) bool
	list     []Deviation
	first    map[string]int // the line of the first entry of a field
	problems scenario.Errors
}

func (f *deviationFile) problem(line, col int, path, format string, args ...any) {
	f.problems = append(f.problems, scenario.Problem{
		Pos: scenario.Pos{File: f.name, Line: line, Col: col}, Path: path, Text: fmt.Sprintf(format, args...),
	})
}

func (f *deviationFile) fault(n *yaml.Node, path, format string, args ...any) {
	f.problem(n.Line, n.Column, path, format, args...)
}

func (f *deviationFile) read(data []byte) {
	list, err := scenario.List(f.name, data)
	if wrong := (scenario.Errors)(nil); errors.As(err, &wrong) {
		f.problems = append(f.problems, wrong...)
		return
	}
	if len(list) == 0 {
		f.problem(1, 0, "", "want a list of deviations, whose fields are %s", strings.Join(deviationFields, ", "))
	}
	for i, n := range list {
		f.entry(n, fmt.Sprintf("[%d]", i))
	}
}

// deviationFields are the fields of an entry, in the order in which they are
// best written.
var deviationFields = []string{"rule", "seq", "field", "recorded", "want", "absent", "after", "reason"}

// entry reads one deviation. It is kept when nothing is wrong with it.
func (f *deviationFile) entry(n *yaml.Node, path string) {
	before := len(f.problems)
	fields := f.fields(n, path)
	if len(f.problems) > before {
		return
	}
	d := Deviation{Pos: scenario.Pos{File: f.name, Line: n.Line, Col: n.Column}}
	f.text(fields, path, "rule", &d.Rule)
	f.text(fields, path, "field", &d.Field)
	f.text(fields, path, "reason", &d.Reason)
	if at := fields["rule"]; d.Rule != "" && !f.known(d.Rule) {
		f.fault(at, path+".rule", "the contract has no rule %s", d.Rule)
	}
	f.seq(fields, path, "seq", &d.Seq)
	f.seq(fields, path, "after", &d.After)
	d.Recorded = f.value(fields["recorded"], path+".recorded")
	d.Want = f.value(fields["want"], path+".want")
	if at := fields["absent"]; at != nil {
		if d.Absent = at.ShortTag() == "!!bool" && strings.EqualFold(at.Value, "true"); !d.Absent {
			f.fault(at, path+".absent", "want true")
		}
	}
	key := fmt.Sprint(d.Rule, " ", d.Seq)
	if d.Field != "" || d.Absent || d.After != 0 {
		key = fmt.Sprint(d.Seq, " ", d.Field)
	}
	if line, twice := f.first[key]; twice {
		f.fault(n, path, "seq %d has a deviation of %s already, at line %d", d.Seq, cmp.Or(d.Field, "the line"), line)
	}
	f.first[key] = n.Line
	if len(f.problems) == before {
		f.list = append(f.list, d)
	}
}

// text reads a field that is text, if it is there.
func (f *deviationFile) text(fields map[string]*yaml.Node, path, name string, to *string) {
	at := fields[name]
	if at == nil {
		return
	}
	if *to = strings.TrimSpace(at.Value); at.Kind != yaml.ScalarNode || at.ShortTag() == "!!null" || *to == "" {
		f.fault(at, path+"."+name, "want text")
	}
}

// seq reads a field that is the seq of a line, if it is there.
func (f *deviationFile) seq(fields map[string]*yaml.Node, path, name string, to *int) {
	at := fields[name]
	if at == nil {
		return
	}
	var err error
	if *to, err = strconv.Atoi(at.Value); err != nil || *to < 1 {
		f.fault(at, path+"."+name, "want the seq of a line of the recording")
	}
}

// missing says which fields an entry with these needs further: what its kind
// needs (see Deviation).
func missing(fields map[string]*yaml.Node) []string {
	need := []string{"rule", "reason"}
	field, absent, after := fields["field"] != nil, fields["absent"] != nil, fields["after"] != nil
	value := fields["recorded"] != nil || fields["want"] != nil
	if field || absent || after || value {
		need = append(need, "seq")
	}
	if value {
		need = append(need, "field")
	}
	if field || value {
		need = append(need, "recorded")
		if !absent {
			need = append(need, "want")
		}
	}
	var lacks []string
	for _, name := range deviationFields {
		if slices.Contains(need, name) && fields[name] == nil {
			lacks = append(lacks, name)
		}
	}
	return lacks
}

// clashing says which field of an entry does not go with the others, or "".
func clashing(fields map[string]*yaml.Node) string {
	switch {
	case fields["absent"] != nil && fields["want"] != nil:
		return "want"
	case fields["after"] != nil && fields["absent"] != nil:
		return "absent"
	case fields["after"] != nil && fields["field"] != nil:
		return "field"
	}
	return ""
}

// fields finds the fields of an entry. Where there is no problem, each is there.
func (f *deviationFile) fields(n *yaml.Node, path string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		f.fault(n, path, "want a deviation, whose fields are %s", strings.Join(deviationFields, ", "))
		return nil
	}
	fields := map[string]*yaml.Node{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case !slices.Contains(deviationFields, key.Value):
			f.fault(key, path+"."+key.Value, "unknown field, want %s", strings.Join(deviationFields, ", "))
		case fields[key.Value] != nil:
			f.fault(key, path+"."+key.Value, "given twice, first at line %d", fields[key.Value].Line)
		}
		fields[key.Value] = n.Content[i+1]
	}
	for _, name := range missing(fields) {
		f.fault(n, path, "no %s", name)
	}
	if name := clashing(fields); name != "" {
		f.fault(fields[name], path+"."+name, "does not go with the entry's other fields")
	}
	return fields
}

// value is what a node means in JSON, numbers as they are written; nil for none.
func (f *deviationFile) value(n *yaml.Node, path string) any {
	if n == nil {
		return nil
	}
	v, err := jsonValue(n)
	if err != nil {
		f.fault(n, path, "%s", err)
	}
	return v
}

func jsonValue(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.ScalarNode:
		return jsonScalar(n)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i := range list {
			var err error
			if list[i], err = jsonValue(n.Content[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		fields := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := jsonValue(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			fields[n.Content[i].Value] = v
		}
		return fields, nil
	}
	return nil, errors.New("an alias: write the value out")
}

func jsonScalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true"), nil
	case "!!int", "!!float":
		if !json.Valid([]byte(n.Value)) {
			return nil, fmt.Errorf("%s is not a number of JSON: write it as one, or in quotes for text", n.Value)
		}
		return json.Number(n.Value), nil
	}
	return n.Value, nil
}
