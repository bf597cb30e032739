package scenario

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/contract"
	"gopkg.in/yaml.v3"
)

// judge checks what one map must be in itself, once it is read, and notes its
// place and the names it uses.
func (l *loader) judge(x any, n *yaml.Node, path string, have given, refs bool) {
	switch x := x.(type) {
	case *Scenario:
		l.judgeScenario(x, n, have)
	case *Gateway:
		l.judgeGateway(n, path, have)
		l.notNegative(have["back_off"], member(path, "back_off"), x.BackOff)
		l.notNegative(have["handshake_timeout"], member(path, "handshake_timeout"), x.HandshakeTimeout)
		l.notNegative(have["request_timeout"], member(path, "request_timeout"), x.RequestTimeout)
	case *SessionOptions:
		if _, err := time.LoadLocation(x.TimeZone); err != nil {
			l.fault(have["time_zone"], member(path, "time_zone"), "want a time zone such as Europe/Berlin, got %q", clip(x.TimeZone))
		}
	case *Rule:
		x.Pos = l.pos(n)
		l.judgeRule(x, path, have)
	case *Act:
		x.Pos, x.HasRefs = l.pos(n), refs
		r := waiting
		if have["on_interrupt"] != nil {
			r = interruptible
		}
		l.name(r, have["wait"], member(path, "wait"))
	case *Step:
		x.Pos, x.HasRefs = l.pos(n), refs
		l.judgeStep(x, path, have)
	case *Dial:
		l.judgeDial(path, have)
	case *Control:
		if at := have["refuse"]; at != nil && x.Refuse != 0 && (x.Refuse < 300 || x.Refuse > 599) {
			l.fault(at, member(path, "refuse"), "want an HTTP status from 300 to 599, or 0, got %d", x.Refuse)
		}
	case *CloseCode:
		l.judgeClose(x, n, path, have)
	case *Raw:
		l.judgeRaw(x, path, have)
	case *Expectation:
		x.Pos = l.pos(n)
		l.name(socket, have["on"], member(path, "on"))
	case *Nothing:
		if at := have["kinds"]; at != nil && at.Kind == yaml.SequenceNode && len(x.Kinds) == 0 {
			l.fault(at, path, "an empty list forbids nothing: want true or some kinds")
		}
	}
}

func (l *loader) judgeGateway(n *yaml.Node, path string, have given) {
	if have["tenant"] == nil {
		l.tenantless = append(l.tenantless, naming{tenant, "", n, member(path, "tenant")})
	}
	l.name(tenant, have["tenant"], member(path, "tenant"))
	eachItem(have["platforms"], func(i int, item *yaml.Node) {
		l.name(platform, item, element(member(path, "platforms"), i))
	})
	if at := have["bot_ids"]; at != nil && at.Kind == yaml.MappingNode {
		for i := 0; i < len(at.Content); i += 2 {
			key := at.Content[i]
			l.name(platform, key, member(member(path, "bot_ids"), key.Value))
		}
	}
}

// judgeRule refuses what comes after the end of the turn.
func (l *loader) judgeRule(x *Rule, path string, have given) {
	for i := range x.Do {
		if x.Do[i].Ends() && i+1 < len(x.Do) {
			l.fault(have["do"].Content[i+1], element(member(path, "do"), i+1), "never done: the turn ends before it")
		}
	}
}

// unreachable refuses rules behind one that is for every event.
func (l *loader) unreachable(rules []Rule, n *yaml.Node) {
	for i, r := range rules {
		if (r.When != nil && *r.When != (Routed{})) || r.Once || len(r.Do) == 0 {
			continue
		}
		for j := i + 1; j < len(rules); j++ {
			l.fault(n.Content[j], element("agent", j), "never used: the rule at line %d is for every event", n.Content[i].Line)
		}
		return
	}
}

func (l *loader) judgeDial(path string, have given) {
	l.name(dialling, have["as"], member(path, "as"))
	l.name(fronting, have["gateway"], member(path, "gateway"))
	if have["token"] == nil {
		return
	}
	for _, name := range []string{"secret", "id", "expires", "forever", "padded"} {
		if at := have[name]; at != nil {
			l.fault(at, member(path, name), "token is sent as it is: give one or the other")
		}
	}
}

// maxReason is the most bytes of a close reason that a close frame has room
// for.
const maxReason = 123

func (l *loader) judgeClose(x *CloseCode, n *yaml.Node, path string, have given) {
	code := have["code"]
	if code == nil || !isWhole(code) {
		return
	}
	at := path
	if code != n {
		at = member(path, "code")
	}
	if !sendable(x.Code) {
		l.fault(code, at, "%d cannot be sent: want 1000-1003, 1005, 1007-1014 or 3000-4999; drop cuts the socket", x.Code)
	}
	reason := have["reason"]
	switch {
	case reason == nil:
	case x.Code == 1005 && x.Reason != "":
		l.fault(reason, member(path, "reason"), "1005 is an empty close frame: it has no room for a reason")
	case len(x.Reason) > maxReason:
		l.fault(reason, member(path, "reason"), "want at most %d bytes, got %d", maxReason, len(x.Reason))
	}
}

// sendable says whether a close code may be on the wire; 1005 is sent as a
// close frame without a code.
func sendable(code int) bool {
	return code >= 1000 && code <= 1014 && code != 1004 && code != 1006 || code >= 3000 && code <= 4999
}

func (l *loader) judgeRaw(x *Raw, path string, have given) {
	for i, s := range x.Base64 {
		if _, err := base64.StdEncoding.DecodeString(s); err != nil && !strings.Contains(s, "${") {
			at := have["base64"]
			l.fault(at.Content[i], element(member(path, "base64"), i), "want base64: %v", err)
		}
	}
	for _, name := range []string{"messages", "base64"} {
		if at := have[name]; at != nil && at.Kind == yaml.SequenceNode && len(at.Content) == 0 {
			l.fault(at, path, "an empty list sends nothing")
		}
	}
}

// ruleID is how the contract names its rules.
var ruleID = regexp.MustCompile(`^[A-Z]+-[1-9][0-9]*$`)

// knownRule says whether the contract has a rule of this id. The contract is
// read once.
var knownRule = sync.OnceValue(contract.Known)

func (l *loader) judgeScenario(x *Scenario, n *yaml.Node, have given) {
	if have["gateway"] != nil && have["gateways"] != nil {
		l.fault(n, "gateways", "want gateway or gateways, got both")
	}
	if have["gateway"] == nil && have["gateways"] == nil {
		l.tenantless = append(l.tenantless, naming{tenant, "", n, "gateway.tenant"})
	}
	if at := have["steps"]; at != nil && l.units == 0 && len(l.problems) == 0 {
		l.fault(at, "steps", "asserts nothing: want at least one expect")
	}
	if at := have["gateways"]; at != nil && at.Kind == yaml.MappingNode && len(at.Content) == 0 {
		l.fault(at, "gateways", "want at least one")
	}
	if at := have["revisions"]; at != nil && at.Kind == yaml.SequenceNode && len(at.Content) == 0 {
		l.fault(at, "revisions", "want at least one")
	}
	l.unreachable(x.Agent, have["agent"])
	l.varNames(have["vars"])
	l.distinct(have["covers"], "covers")
	l.distinct(have["tags"], "tags")
	l.distinct(have["given"], "given")
	eachItem(have["given"], func(i int, item *yaml.Node) {
		if vars := have["vars"]; item.Kind == yaml.ScalarNode && (vars == nil || child(vars, item.Value) == nil) {
			l.fault(item, element("given", i), "no var %q: want it under vars, as the fake connector has it", clip(item.Value))
		}
	})
	l.distinct(have["revisions"], "revisions")
	eachItem(have["covers"], func(i int, item *yaml.Node) {
		switch {
		case item.Kind != yaml.ScalarNode:
		case !ruleID.MatchString(item.Value):
			l.fault(item, element("covers", i), "want a rule id such as FU-1, got %q", clip(item.Value))
		case !knownRule()(item.Value):
			l.fault(item, element("covers", i), "the contract has no rule %s", item.Value)
		}
	})
	eachItem(have["tags"], func(i int, item *yaml.Node) {
		if item.Kind == yaml.ScalarNode && (item.Value == "" || strings.ContainsAny(item.Value, ", \t\n")) {
			l.fault(item, element("tags", i), "want one word, got %q", clip(item.Value))
		}
	})
}

func eachItem(n *yaml.Node, f func(i int, item *yaml.Node)) {
	if n == nil || n.Kind != yaml.SequenceNode {
		return
	}
	for i, item := range n.Content {
		f(i, item)
	}
}

// distinct refuses a word given twice in a list.
func (l *loader) distinct(n *yaml.Node, path string) {
	first := map[string]int{}
	eachItem(n, func(i int, item *yaml.Node) {
		if item.Kind != yaml.ScalarNode {
			return
		}
		if line, ok := first[item.Value]; ok {
			l.fault(item, element(path, i), "%s is given twice, first at line %d", clip(item.Value), line)
			return
		}
		first[item.Value] = item.Line
	})
}

func (l *loader) notNegative(n *yaml.Node, path string, d Duration) {
	if n != nil && d < 0 {
		l.fault(n, path, "want a time that is not negative, got %s", clip(n.Value))
	}
}

// child is the value of a key of a map; nil where there is none.
func child(n *yaml.Node, name string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == name {
				return n.Content[i+1]
			}
		}
	}
	return nil
}
