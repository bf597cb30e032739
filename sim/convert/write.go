package convert

import (
	"reflect"

	"github.com/relaysim/relaysim/sim/scenario"
)

// Write returns the text of a scenario's file: loaded, it is s again. notes are
// comments above steps, by their index; the one of -1 stands at the top. s must
// be one that a file can say, so not a compiled recording.
func Write(s *scenario.Scenario, notes map[int]string) []byte {
	var e encoder
	doc := e.value(reflect.ValueOf(s).Elem(), "")
	doc.open = true
	for _, name := range []string{"steps", "agent"} {
		list := doc.get(name)
		if list == nil {
			continue
		}
		list.open = true
		for i, item := range list.items {
			item.open = true
			if name == "steps" {
				item.note = notes[i]
			}
		}
	}
	w := &writer{}
	w.comment(notes[-1], "")
	w.document(doc)
	return []byte(w.String())
}
