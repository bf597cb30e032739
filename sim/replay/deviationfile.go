package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
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

// ReadDeviations reads a file of deviations: a YAML list, each entry with all
// of the fields of a Deviation. file is its name in problems. The error is a
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

// yamlLine is where the YAML library says which line is wrong.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

func (f *deviationFile) read(data []byte) {
	var doc, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decoder.Decode(&doc)
	if err == nil {
		err = decoder.Decode(&second)
	}
	if err == nil {
		f.fault(&second, "", "a second document: put all deviations into one list")
		return
	}
	if err != io.EOF {
		line := 1
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil && m[1] != "" {
			line, _ = strconv.Atoi(m[1])
		}
		f.problem(line, 0, "", "not YAML: %s", yamlLine.ReplaceAllString(err.Error(), ""))
		return
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.SequenceNode || len(doc.Content[0].Content) == 0 {
		f.problem(1, 0, "", "want a list of deviations, each with %s", strings.Join(deviationFields, ", "))
		return
	}
	for i, n := range doc.Content[0].Content {
		f.entry(n, fmt.Sprintf("[%d]", i))
	}
}

// deviationFields are the fields of an entry, in the order in which they are
// best written. Every one is needed.
var deviationFields = []string{"rule", "seq", "field", "recorded", "want", "reason"}

// entry reads one deviation. It is kept when nothing is wrong with it.
func (f *deviationFile) entry(n *yaml.Node, path string) {
	before := len(f.problems)
	fields := f.fields(n, path)
	if len(f.problems) > before {
		return
	}
	d := Deviation{Pos: scenario.Pos{File: f.name, Line: n.Line, Col: n.Column}}
	for _, text := range []struct {
		name string
		to   *string
	}{{"rule", &d.Rule}, {"field", &d.Field}, {"reason", &d.Reason}} {
		at := fields[text.name]
		if *text.to = strings.TrimSpace(at.Value); at.Kind != yaml.ScalarNode || at.ShortTag() == "!!null" || *text.to == "" {
			f.fault(at, path+"."+text.name, "want text")
		}
	}
	if at := fields["rule"]; d.Rule != "" && !f.known(d.Rule) {
		f.fault(at, path+".rule", "the contract has no rule %s", d.Rule)
	}
	var err error
	if d.Seq, err = strconv.Atoi(fields["seq"].Value); err != nil || d.Seq < 1 {
		f.fault(fields["seq"], path+".seq", "want the seq of a line of the recording")
	}
	d.Recorded = f.value(fields["recorded"], path+".recorded")
	d.Want = f.value(fields["want"], path+".want")
	key := fmt.Sprint(d.Seq, " ", d.Field)
	if line, twice := f.first[key]; twice {
		f.fault(n, path, "seq %d has a deviation of %s already, at line %d", d.Seq, d.Field, line)
	}
	f.first[key] = n.Line
	if len(f.problems) == before {
		f.list = append(f.list, d)
	}
}

// fields finds the fields of an entry. Where there is no problem, each is there.
func (f *deviationFile) fields(n *yaml.Node, path string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		f.fault(n, path, "want a deviation, with %s", strings.Join(deviationFields, ", "))
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
	for _, name := range deviationFields {
		if fields[name] == nil {
			f.fault(n, path, "no %s", name)
		}
	}
	return fields
}

// value is what a node means in JSON, numbers as they are written.
func (f *deviationFile) value(n *yaml.Node, path string) any {
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
