package replay

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// Deviation is a field of a recorded gateway frame that is not as a rule wants
// it. The recording stays as it was; a replay expects what the rule wants.
type Deviation struct {
	Pos      scenario.Pos // of the entry
	Rule     string       // the contract's rule id, such as SC-6
	Seq      int          // of the message that ended the frame
	Field    string       // dotted, such as action.metadata.user_id
	Recorded any          // what the frame has there; numbers are json.Number
	Want     any          // what the rule wants there
	Reason   string       // for people
}

// correct puts what the rules want into the frames. It returns the entries that
// are stale, as a scenario.Errors.
func (t *tape) correct(deviations []Deviation) error {
	var stale scenario.Errors
	for _, d := range deviations {
		if why := t.correctOne(d); why != "" {
			stale = append(stale, scenario.Problem{Pos: d.Pos, Text: "stale: " + why})
		}
	}
	if len(stale) > 0 {
		return stale
	}
	return nil
}

// correctOne corrects the first frame of the message that has the recorded
// value, or says why the entry no longer applies.
func (t *tape) correctOne(d Deviation) (stale string) {
	i := slices.IndexFunc(t.lines, func(l *recording.Line) bool { return l.Observation.Seq == d.Seq })
	if i < 0 {
		return fmt.Sprintf("the recording has no seq %d", d.Seq)
	}
	at := t.pos(t.lines[i])
	if len(t.frames[d.Seq]) == 0 {
		return fmt.Sprintf("%s ends no frame of the gateway's", at)
	}
	stale = fmt.Sprintf("%s has no %s", at, d.Field)
	for _, f := range t.frames[d.Seq] {
		object, name := holder(f.fields, d.Field)
		got, there := object[name]
		switch {
		case !there:
			continue
		case !reflect.DeepEqual(got, d.Recorded):
			stale = fmt.Sprintf("%s has %s in %s, the entry says %s", at, written(got), d.Field, written(d.Recorded))
			continue
		}
		object[name] = d.Want
		wanted := f.pattern()
		object[name] = d.Recorded
		if len(match.Match(wanted, f.fields, nil)) == 0 {
			return fmt.Sprintf("the replay passes with the recorded value of %s too", d.Field)
		}
		object[name] = d.Want
		return ""
	}
	return stale
}

// holder finds the object that a dotted field stands in, nil where there is
// none, and the field's name there.
func holder(fields map[string]any, field string) (object map[string]any, name string) {
	path := strings.Split(field, ".")
	last := len(path) - 1
	object = fields
	for _, name := range path[:last] {
		object, _ = object[name].(map[string]any)
	}
	return object, path[last]
}

// written is a value as the recording has it.
func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
