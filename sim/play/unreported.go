package play

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// What a gateway of somebody else's does not report of its turns is not known: an
// expectation does not compare it, and whether a rule of the agent's is for the
// event cannot be told. A run that fails where a rule has asked for such a field
// is skipped, if the built-in gateway would fail without it too.

// reported is a pattern of routed events without what its gateway has not
// reported of this one, whose paths it returns.
func reported(source any, sessionID string, event json.RawMessage) (pattern any, left []string) {
	fields, ok := source.(map[string]any)
	if !ok {
		return source, nil
	}
	fields = maps.Clone(fields)
	if sessionID == "" { // nor is a notice then
		for _, name := range []string{"session_id", "notice"} {
			if _, wanted := fields[name]; wanted {
				left = append(left, name)
				delete(fields, name)
			}
		}
	}
	if wanted, ok := fields["event"]; ok {
		fields["event"] = reportedOnly(wanted, tree(event), "event", &left)
	}
	return fields, left
}

// reportedOnly is a pattern without the fields that are not in got, whose paths
// are added to left.
func reportedOnly(pattern, got any, path string, left *[]string) any {
	want, isMap := pattern.(map[string]any)
	fields, reported := got.(map[string]any)
	if !isMap || !reported || operates(want) {
		return pattern
	}
	kept := map[string]any{}
	for key, v := range want {
		below := path + "." + key
		there, ok := fields[key]
		if !ok {
			*left = append(*left, paths(v, below)...)
			continue
		}
		kept[key] = reportedOnly(v, there, below, left)
	}
	return kept
}

// paths names the leaves of a pattern.
func paths(pattern any, path string) []string {
	fields, ok := pattern.(map[string]any)
	if !ok || operates(fields) {
		return []string{path}
	}
	var list []string
	for key, v := range fields {
		list = append(list, paths(v, path+"."+key)...)
	}
	return list
}

// weigh notes what a rule asks for that the turn's gateway has not reported, where
// the rule may be for its event for all that is known. The caller holds mu.
func (a *Agent) weigh(rule *agentRule, t *target.Turn, view any) {
	if t.Raw == nil {
		return
	}
	pattern, left := reported(routedPattern(rule.When, a.revision), t.SessionID, t.Raw)
	if len(left) == 0 {
		return
	}
	p, err := match.Compile(pattern)
	if err != nil || len(p.Match(view, lookup{a.variables})) > 0 { // what is left of a pattern that compiles does
		return
	}
	for _, path := range left {
		a.miss(path, rule.Pos)
	}
}

// miss notes a field that a rule asks for first at a place. The caller holds mu.
func (a *Agent) miss(path string, at scenario.Pos) {
	if _, again := a.missed[path]; again {
		return
	}
	if a.missed == nil {
		a.missed = map[string]scenario.Pos{}
	}
	a.missed[path] = at
}

// sources say where the variables of a turn come from, as a gateway reports it.
var sources = map[string]string{
	"text": "event.text", "user": "event.source.user_id", "user_name": "event.source.user_name",
	"chat": "event.source.chat_id", "message_id": "event.message_id", "context": "event.channel_context",
	"quoted": "event.reply_to_text", "session_id": "session_id", "notice": "notice",
}

// ask notes what a variable of a turn stands for, where its gateway has not
// reported that.
func (e *turnEnvironment) ask(variable string) {
	path, ok := sources[variable]
	if !ok || e.turn.Raw == nil {
		return
	}
	field, ofEvent := strings.CutPrefix(path, "event.")
	if ofEvent && trace.Field(e.turn.Raw, strings.Split(field, ".")...) != nil || !ofEvent && e.turn.SessionID != "" {
		return
	}
	e.agent.mu.Lock()
	defer e.agent.mu.Unlock()
	e.agent.miss(path, e.at)
}

// missed are the fields that rules have asked for and the gateways have not
// reported, sorted, and where the first is asked for.
func (r *run) missed() (paths []string, at scenario.Pos) {
	all := map[string]scenario.Pos{}
	for _, name := range r.names {
		a := r.gateways[name].agent
		a.mu.Lock()
		missed := maps.Clone(a.missed)
		a.mu.Unlock()
		for path, pos := range missed {
			if !r.reports(name, path) {
				all[path] = pos
			}
		}
	}
	paths = slices.Sorted(maps.Keys(all))
	for _, pos := range all {
		if at.Line == 0 || pos.Line < at.Line {
			at = pos
		}
	}
	return paths, at
}

// reports says whether a gateway has reported a field of any of its turns. Then it
// has lost it where it is not there.
func (r *run) reports(gateway, path string) bool {
	field, ofEvent := strings.CutPrefix(path, "event.")
	return slices.ContainsFunc(r.log.Since(0), func(o *trace.Observation) bool {
		switch {
		case o.Kind != trace.Routed || o.Peer != gateway:
			return false
		case ofEvent:
			return trace.Field(o.Event.JSON(), strings.Split(field, ".")...) != nil
		}
		return o.SessionID != "" // and a notice is told with it
	})
}

// excused says why a run that has failed is skipped: only what was expected did
// not happen, and the built-in gateway, which passes, would fail at the same place
// if it did not report what this one has not. It is empty where the failure stands.
func (s *Stage) excused(ctx context.Context, r *run, err error) string {
	broken := func(p verdict.Problem) bool { return p.Rule != "" }
	if r.about.Counted || !errors.Is(err, errExpectation) || slices.ContainsFunc(r.problems, broken) {
		return ""
	}
	paths, at := r.missed()
	if len(paths) == 0 {
		return ""
	}
	h := handsOf(r.scenario, &r.about)
	if !s.rehearse(ctx, r.scenario, r.revision, r.options, h) {
		return ""
	}
	h.unreported = paths
	without := s.rehearsal(ctx, r.scenario, r.revision, r.options, h)
	if without.Outcome != verdict.Failed || without.Problems[0].At != r.problems[0].At {
		return ""
	}
	return fmt.Sprintf("it does not report %s, which a rule of the agent's asks for (line %d)", strings.Join(paths, ", "), at.Line)
}
