package play

import (
	"maps"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/verdict"
)

// A gateway of somebody else's may not report all that the contract's events
// have. What it leaves out is not compared, and counted: a pass that compared
// little must not look like one that compared all.

// compared counts the fields of expectations that held.
type compared struct {
	fields     int            // that were compared
	unreported map[string]int // that were not, by their paths
}

// add counts a pattern, but for the fields that were not reported.
func (c *compared) add(pattern any, unreported []string) {
	c.fields += leaves(pattern) - len(unreported)
	for _, path := range unreported {
		if c.unreported == nil {
			c.unreported = map[string]int{}
		}
		c.unreported[path]++
	}
}

func (c *compared) merge(other *compared) {
	c.fields += other.fields
	for path, n := range other.unreported {
		if c.unreported == nil {
			c.unreported = map[string]int{}
		}
		c.unreported[path] += n
	}
}

// count adds what is being compared. The built-in gateway reports everything.
func (r *run) count(pattern any, unreported []string) {
	if !r.about.Counted {
		r.comparing.add(pattern, unreported)
	}
}

// leaves are the fields of a pattern. A list is one.
func leaves(pattern any) int {
	fields, ok := pattern.(map[string]any)
	if !ok || operates(fields) {
		return 1
	}
	n := 0
	for _, v := range fields {
		n += leaves(v)
	}
	return n
}

// operates says whether a map is one of operators.
func operates(fields map[string]any) bool {
	for key := range fields {
		if strings.HasPrefix(key, "$") {
			return true
		}
	}
	return false
}

// comparison is what a gateway that is not the built-in one was compared in; nil
// for the built-in one, which reports everything.
func (r *run) comparison() *verdict.Compared {
	if r.about.Counted {
		return nil
	}
	c := &verdict.Compared{
		Fields: r.compared.fields, Of: r.compared.fields,
		Unreported: slices.Sorted(maps.Keys(r.compared.unreported)),
		Settled:    !r.about.Able(target.Sync),
	}
	for _, n := range r.compared.unreported {
		c.Of += n
	}
	return c
}

// against is the pattern of a want for one item: without the fields of an event
// that its gateway does not report, whose paths it returns.
func (r *run) against(w *want, it *item) (*match.Pattern, []string) {
	if r.about.Counted || w.lane != laneEvent {
		return w.pattern, nil
	}
	pattern, left := reported(w.source, it.seen.SessionID, it.seen.Event.JSON())
	if len(left) == 0 {
		return w.pattern, nil
	}
	p, err := match.Compile(pattern)
	if err != nil { // what is left of a pattern that compiles does
		return w.pattern, nil
	}
	return p, left
}
