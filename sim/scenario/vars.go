package scenario

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/spell"
	"gopkg.in/yaml.v3"
)

// turnNames are the values an agent has in a turn.
var turnNames = []string{
	"text", "session", "user", "user_name", "chat", "message_id", "context", "quoted", "session_id", "notice",
	"last.message_id", "last.error",
}

// counter is the value a repeat counts in.
const counter = "i"

// varName is what a var may be called.
var varName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// repeated is the path of something inside a repeat.
var repeated = regexp.MustCompile(`^steps\[\d+\]\.repeat\.steps\[`)

// checkUses checks that every ${name} has a value by the time it is used: a
// var, a capture of an earlier pattern, i in a repeat, or what a turn has.
// A turn may run at any time, so an agent may use whatever is captured
// anywhere, and steps whatever an agent captures.
func (l *loader) checkUses(s *Scenario) {
	vars := sortedKeys(s.Vars)
	var anywhere, early []string
	for _, u := range l.uses {
		if u.capture {
			anywhere = append(anywhere, u.name)
			if strings.HasPrefix(u.path, "agent[") {
				early = append(early, u.name)
			}
		}
	}
	earlier := slices.Concat(vars, early)
	var pending []use // captures of the pattern being read
	for _, u := range l.uses {
		if len(pending) > 0 && pending[0].unit != u.unit {
			for _, p := range pending {
				earlier = append(earlier, p.name)
			}
			pending = nil
		}
		switch {
		case u.capture:
			pending = append(pending, u)
		case strings.HasPrefix(u.path, "agent["):
			l.checkUse(u, slices.Concat(vars, anywhere, turnNames))
		case repeated.MatchString(u.path):
			l.checkUse(u, append(slices.Clip(earlier), counter))
		case strings.HasPrefix(u.path, "steps["):
			l.checkUse(u, earlier)
		case strings.HasPrefix(u.path, "vars"):
			l.add(u.pos, u.path, "a var cannot use ${%s}: write the value out; $${ is a plain ${", u.name)
		default: // the head, which is settled before anything runs
			l.checkUse(u, vars)
		}
	}
}

func (l *loader) checkUse(u use, known []string) {
	if slices.Contains(known, u.name) {
		return
	}
	end := spell.DidYouMean(u.name, known)
	switch {
	case end != "":
	case u.name == counter:
		end = ": only a repeat counts"
	case slices.Contains(turnNames, u.name):
		end = ": only an agent's turn has it"
	case strings.HasPrefix(u.path, "agent["):
		end = ": want a var, something captured, or what a turn has: " + both(turnNames)
	default:
		end = ": want a var, or something captured before"
	}
	l.add(u.pos, u.path, "${%s} has no value here%s", u.name, end)
}

// varNames checks what the vars are called.
func (l *loader) varNames(n *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		at := member("vars", key.Value)
		if !varName.MatchString(key.Value) {
			l.fault(key, at, "want a name of letters, digits and _")
		}
		l.checkName(key, at, key.Value)
	}
}

// checkName refuses a name that means something else.
func (l *loader) checkName(n *yaml.Node, path, name string) {
	if name == counter || slices.Contains(turnNames, name) {
		l.fault(n, path, "${%s} has a meaning of its own: want another name", name)
	}
}

// settle replaces every ${name} of the head, whose vars are known already.
func (l *loader) settle(s *Scenario) {
	r := resolver{lookup: func(name string) (any, bool) { v, ok := s.Vars[name]; return v, ok }}
	for _, part := range []any{&s.Vars, &s.Connector, &s.Gateway, &s.Gateways} {
		v := reflect.ValueOf(part).Elem()
		v.Set(r.copy(v, ""))
	}
}
