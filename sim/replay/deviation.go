package replay

import (
	"encoding/json"
	"fmt"
	"reflect"
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

// corrections put what the rules want into the lines as they are read.
type corrections struct {
	tape *tape
	list []Deviation
	why  []string        // by entry: why it no longer applies; "" where it does
	held map[int][]*line // lines that should come later, by the seq they come after
}

func newCorrections(t *tape, list []Deviation) *corrections {
	c := &corrections{tape: t, list: list, why: make([]string, len(list)), held: map[int][]*line{}}
	for i, d := range list {
		if d.Seq > 0 {
			c.why[i] = fmt.Sprintf("the recording has no seq %d", d.Seq) // until it is met
		}
	}
	return c
}

// correct returns what stands in the place of a line.
func (c *corrections) correct(l *line) []*line {
	seq := l.Observation.Seq
	lines := []*line{l}
	for i, d := range c.list {
		if d.Seq != seq || len(lines) == 0 {
			continue
		}
		switch {
		case d.Field != "" && l.Observation.Kind == trace.Close:
			c.why[i] = c.correctClose(l, d)
		case d.Field != "":
			c.why[i] = c.correctFrame(l, d)
		case d.Absent: // what the gateway did, or the connector's answer to it
			c.why[i], lines = "", nil
		case d.After > seq:
			c.why[i], lines = fmt.Sprintf("the recording has no seq %d", d.After), nil
			c.held[d.After] = append(c.held[d.After], l)
		case d.After != 0:
			c.why[i] = fmt.Sprintf("%s comes after seq %d", c.tape.pos(l), d.After)
		default:
			c.why[i] = ""
		}
	}
	for _, later := range c.held[seq] {
		c.met(later, seq)
		later.at = l.at
		lines = append(lines, later)
	}
	delete(c.held, seq)
	return lines
}

// met says that the line was there after which another should come.
func (c *corrections) met(l *line, after int) {
	for i, d := range c.list {
		if d.Seq == l.Observation.Seq && d.After == after {
			c.why[i] = ""
		}
	}
}

// stale returns the entries that no longer apply, as a scenario.Errors.
func (c *corrections) stale() error {
	var stale scenario.Errors
	for i, why := range c.why {
		if why != "" {
			stale = append(stale, scenario.Problem{Pos: c.list[i].Pos, Text: "stale: " + why})
		}
	}
	if len(stale) > 0 {
		return stale
	}
	return nil
}

// correctClose corrects the code or the reason of a close.
func (c *corrections) correctClose(l *line, d Deviation) (stale string) {
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
		return fmt.Sprintf("%s is a close, which has code and reason", c.tape.pos(l))
	}
	switch {
	case !reflect.DeepEqual(got, d.Recorded):
		return fmt.Sprintf("%s has %s in %s, the entry says %s", c.tape.pos(l), written(got), d.Field, written(d.Recorded))
	case reflect.DeepEqual(got, d.Want):
		return fmt.Sprintf("the replay passes with the recorded value of %s too", d.Field)
	}
	l.Line = &recording.Line{Number: l.Number, Observation: &end}
	return ""
}

// correctFrame corrects the first frame of the message that has the recorded
// value.
func (c *corrections) correctFrame(l *line, d Deviation) (stale string) {
	at := c.tape.pos(l)
	if len(l.frames) == 0 {
		return fmt.Sprintf("%s ends no frame of the gateway's", at)
	}
	stale = fmt.Sprintf("%s has no %s", at, d.Field)
	for _, f := range l.frames {
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
