package scenario

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"gopkg.in/yaml.v3"
)

// List reads a file that stands beside scenarios and is one YAML list, such as the
// deviations of a recording. It is nil where the file holds nothing but comments.
// The error is an Errors.
func List(file string, data []byte) ([]*yaml.Node, error) {
	var doc, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	err := decoder.Decode(&doc)
	if err == io.EOF {
		return nil, nil
	}
	if err == nil {
		if err = decoder.Decode(&second); err == nil {
			return nil, inList(file, second.Line, second.Column, "a second document: put everything into one list")
		}
	}
	if err != io.EOF {
		line := 1
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil && m[2] != "" {
			line, _ = strconv.Atoi(m[2])
		}
		return nil, inList(file, line, 0, "not YAML: %s", yamlLine.ReplaceAllString(err.Error(), ""))
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	list := doc.Content[0]
	switch {
	case list.Kind == yaml.ScalarNode && list.ShortTag() == "!!null":
		return nil, nil
	case list.Kind != yaml.SequenceNode:
		return nil, inList(file, list.Line, list.Column, "want a list")
	}
	return list.Content, nil
}

func inList(file string, line, col int, format string, args ...any) error {
	return Errors{{Pos: Pos{File: file, Line: line, Col: col}, Text: fmt.Sprintf(format, args...)}}
}
