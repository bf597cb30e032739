package replay

import (
	"fmt"
	"strings"
)

// checkDeviations finds deviations of what is not there.
func (t *tape) checkDeviations() error {
	for _, d := range t.header.Deviations {
		if len(t.frames[d.Seq]) == 0 {
			return t.problem("the deviation from %s is of seq %d, which is no frame of the gateway's", d.Rule, d.Seq)
		}
	}
	return nil
}

// correct puts what the rules want into a frame, where the recording's header
// says that the recorded gateway broke one.
func (t *tape) correct(seq int, frame map[string]any) error {
	for _, d := range t.header.Deviations {
		if d.Seq != seq {
			continue
		}
		path := strings.Split(d.Field, ".")
		last := len(path) - 1
		object, ok := frame, true
		for _, name := range path[:last] {
			if object, ok = object[name].(map[string]any); !ok {
				return fmt.Errorf("the deviation from %s is of %s, which the frame does not have", d.Rule, d.Field)
			}
		}
		var want any
		if err := decode(d.Want, &want); err != nil {
			return fmt.Errorf("the deviation from %s: want: %w", d.Rule, err)
		}
		object[path[last]] = want
	}
	return nil
}
