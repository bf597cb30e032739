package drivercheck

import (
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Every run but the last is followed by a reset, where the driver can: what it
// leaves behind shows in the runs that come after.

const (
	resets   = "reset is answered, and has ended the gateway's life"
	resetsDo = "on reset end the life as on kill, with its socket and what would dial again, forget everything, and then answer synced with its id. See From relaysim, reset"
)

// resetFault is what was wrong with the reset after a run; empty where nothing
// was.
func resetFault(v *verdict.Result) string {
	for _, p := range v.Problems {
		if p.Text == play.ErrStillOpen.Error() || strings.Contains(p.Text, "it did not answer reset") {
			return p.Text
		}
	}
	return ""
}

// kept says which session of a run before is in a trace again; empty where none
// is. The ids of sessions differ (SES-1).
func (r *Report) kept(list []*trace.Observation) (what string) {
	now := map[string]bool{}
	for _, o := range list {
		if o.Kind != trace.Routed || o.SessionID == "" {
			continue
		}
		if r.sessions[o.SessionID] {
			what = fmt.Sprintf("the session %s of %s was there before the reset", o.SessionID, o.SessionKey)
		}
		now[o.SessionID] = true
	}
	for id := range now {
		r.sessions[id] = true
	}
	return what
}
