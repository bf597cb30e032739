package replay

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// Deviation is something in a recording that is not as a rule wants it. The
// recording stays as it was; a replay expects what the rule wants, and a check
// of the laws accepts that they see it.
//
// What is set beside Rule, Seq and Reason says what kind it is. With Field, a
// field of a frame of the gateway's or of a close is Recorded and should be Want,
// or be Absent. With Absent alone, the line should not be. With After, it should
// come later. With none, nothing is played differently: a law sees it. With no
// Seq either, no law can see what the recording's header tells of.
type Deviation struct {
	Pos      scenario.Pos // of the entry
	Rule     string       // the contract's rule id, such as SC-6
	Seq      int          // of the line; for a frame, of the message that ended it
	Field    string       // dotted, such as action.metadata.user_id
	Recorded any          // what is there; numbers are json.Number
	Want     any          // what the rule wants there
	Absent   bool         // the rule wants nothing there
	After    int          // the seq of the line after which it should come
	Reason   string       // for people
}

// Replayed says whether a replay differs for it. Otherwise only a check of the
// laws looks at it.
func (d Deviation) Replayed() bool { return d.Field != "" || d.Absent || d.After != 0 }

// correct puts what the rules want into the tape. It returns the entries that
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

// correctOne corrects one thing, or says why the entry no longer applies.
func (t *tape) correctOne(d Deviation) (stale string) {
	if d.Seq == 0 {
		return ""
	}
	i := t.index(d.Seq)
	switch {
	case i < 0:
		return fmt.Sprintf("the recording has no seq %d", d.Seq)
	case d.Field != "" && t.lines[i].Observation.Kind == trace.Close:
		return t.correctClose(t.lines[i], d)
	case d.Field != "":
		return t.correctFrame(t.lines[i], d)
	case d.Absent:
		return t.remove(i)
	case d.After != 0:
		return t.move(i, d.After)
	}
	return ""
}

// index finds a line by its seq; -1 where there is none.
func (t *tape) index(seq int) int {
	return slices.IndexFunc(t.lines, func(l *line) bool { return l.Observation.Seq == seq })
}

// remove takes a line away: what the gateway did, or the connector's answer to it.
func (t *tape) remove(i int) (stale string) {
	delete(t.frames, t.lines[i].Observation.Seq)
	t.lines = slices.Delete(t.lines, i, i+1)
	return ""
}

// move puts a line behind another.
func (t *tape) move(i, after int) (stale string) {
	j := t.index(after)
	switch {
	case j < 0:
		return fmt.Sprintf("the recording has no seq %d", after)
	case j <= i:
		return fmt.Sprintf("%s comes after seq %d", t.pos(t.lines[i]), after)
	}
	l := t.lines[i]
	l.at = t.lines[j].at
	t.lines = slices.Insert(slices.Delete(t.lines, i, i+1), j, l)
	return ""
}

// correctClose corrects the code or the reason of a close.
func (t *tape) correctClose(l *line, d Deviation) (stale string) {
	end := *l.Observation
	var got any
	switch d.Field {
	case "code":
		got = json.Number(strconv.Itoa(end.Code))
		end.Code, _ = strconv.Atoi(fmt.Sprint(d.Want))
	case "reason":
		got = end.Reason
		end.Reason = fmt.Sprint(d.Want)
	default:
		return fmt.Sprintf("%s is a close, which has code and reason", t.pos(l))
	}
	switch {
	case !reflect.DeepEqual(got, d.Recorded):
		return fmt.Sprintf("%s has %s in %s, the entry says %s", t.pos(l), written(got), d.Field, written(d.Recorded))
	case reflect.DeepEqual(got, d.Want):
		return fmt.Sprintf("the replay passes with the recorded value of %s too", d.Field)
	}
	l.Line = &recording.Line{Number: l.Number, Observation: &end}
	return ""
}

// correctFrame corrects the first frame of the message that has the recorded
// value.
func (t *tape) correctFrame(l *line, d Deviation) (stale string) {
	at := t.pos(l)
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
		d.put(object, name)
		wanted := f.pattern()
		object[name] = d.Recorded
		if len(match.Match(wanted, f.fields, nil)) == 0 {
			return fmt.Sprintf("the replay passes with the recorded value of %s too", d.Field)
		}
		d.put(object, name)
		return ""
	}
	return stale
}

// put puts what the rule wants into an object.
func (d Deviation) put(object map[string]any, name string) {
	if d.Absent {
		delete(object, name)
		return
	}
	object[name] = d.Want
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
