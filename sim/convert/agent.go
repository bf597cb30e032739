package convert

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
)

// agent writes the rules of the agent, and takes away the signals that nothing
// needs: those that came before anything else happened.
func (d *draft) agent() {
	acts := make([][]scenario.Act, len(d.turns))
	kept := map[string]string{} // what the signals that are kept are called
	for i, t := range d.turns {
		acts[i] = d.acts(i, t, kept)
	}
	d.out = slices.DeleteFunc(d.out, func(w written) bool { return w.signal != "" && kept[w.signal] == "" })
	for i := range d.out {
		if w := &d.out[i]; w.signal != "" {
			w.step.Signal = kept[w.signal]
		}
	}
	d.scenario.Agent = d.rulesOf(acts)
}

// acts are what the agent does in a turn.
func (d *draft) acts(i int, t *turn, kept map[string]string) []scenario.Act {
	var list []scenario.Act
	for j, act := range t.rule.Do {
		act.Pos, act.HasRefs = scenario.Pos{}, true
		switch {
		case act.Wait != "":
			if !d.needed(i, j, act.Wait) {
				continue
			}
			kept[act.Wait] = d.signalName(t, j)
			act.Wait = kept[act.Wait]
		case act.Reply != nil:
			if *act.Reply == "" {
				continue // it is so without
			}
			reply := match.Literal(*act.Reply)
			act.Reply = &reply
		case act.Fail != "":
			act.Fail = match.Literal(act.Fail)
		default:
			var before *scenario.Act
			if len(list) > 0 {
				before = &t.rule.Do[max(j-2, 0)]
			}
			act.Call = *d.callIn(&act.Call, t, before)
		}
		list = append(list, act)
	}
	return list
}

// needed says whether the wait before an act is: something happens between the
// turn's event, or its last act, and the signal.
func (d *draft) needed(turn, act int, signal string) bool {
	to := slices.IndexFunc(d.out, func(w written) bool { return w.signal == signal })
	if to < 0 {
		return false // never given
	}
	if d.way.waits {
		return true
	}
	from := -1
	for i := to - 1; i >= 0 && from < 0; i-- {
		w := d.out[i]
		p, isSignal := d.signals[w.signal]
		switch {
		case isSignal && p.turn == turn && p.act < act:
			from = i
		case w.event != nil && w.event == d.turns[turn].event:
			from = i
		case d.turns[turn].event == nil && stirs(w) && w.step.Advance == 0:
			from = i
		}
	}
	return slices.ContainsFunc(d.out[from+1:to], stirs)
}

// signalName is a name for the signal before an act.
func (d *draft) signalName(t *turn, wait int) string {
	name := "go on"
	if wait+1 < len(t.rule.Do) {
		act := t.rule.Do[wait+1]
		switch {
		case act.Reply != nil:
			name = "reply"
		case act.Fail != "":
			name = "fail"
		default:
			name, _ = opOf(&act.Call)
		}
	}
	d.count["signal "+name]++
	if n := d.count["signal "+name]; n > 1 {
		return fmt.Sprintf("%s-%d", name, n)
	}
	return name
}

var argsType = reflect.TypeFor[*scenario.Args]()

// opOf is the op of a call and its arguments.
func opOf(c *scenario.Call) (string, *scenario.Args) {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Type() == argsType && !f.IsNil() {
			return v.Type().Field(i).Tag.Get("yaml"), f.Interface().(*scenario.Args)
		}
	}
	return "", &scenario.Args{}
}

// callIn writes a call of a turn, whose chat and session need not be said.
func (d *draft) callIn(c *scenario.Call, t *turn, before *scenario.Act) *scenario.Call {
	out := d.call(c, before)
	_, a := opOf(out)
	if t.event == nil {
		return out
	}
	if source, ok := sourceOf(t.event); ok && a.Chat != "" && source["chat_id"] == a.Chat {
		a.Chat = ""
	}
	if t.event.Session != nil && t.event.Session.Value == a.Session {
		a.Session = ""
	}
	return out
}

func sourceOf(e *scenario.Routed) (map[string]any, bool) {
	if e == nil || e.Source == nil {
		return nil, false
	}
	source, ok := e.Source.Value.(map[string]any)
	return source, ok
}

// call writes a call: its texts are literal, and the id of a message that the
// connector made is a name. before is what the agent did right before it in its
// turn, if anything.
func (d *draft) call(c *scenario.Call, before *scenario.Act) *scenario.Call {
	out := *c
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Type() != argsType || f.IsNil() {
			continue
		}
		args := *v.Field(i).Interface().(*scenario.Args)
		for _, s := range []*string{&args.Chat, &args.Session, &args.Kind, &args.Reason, &args.Emoji, &args.Name, &args.Platform} {
			*s = match.Literal(*s)
		}
		if args.Content != nil {
			content := match.Literal(*args.Content)
			args.Content = &content
		}
		args.ReplyTo = word(d.id(match.Literal(args.ReplyTo)))
		args.MessageID = d.meant(match.Literal(args.MessageID), before)
		args.Metadata = fields(args.Metadata)
		args.Extra = fields(args.Extra)
		v.Field(i).Set(reflect.ValueOf(&args))
	}
	return &out
}

func fields(m map[string]any) map[string]any {
	if len(m) == 0 {
		return nil
	}
	out, _ := match.Literals(m).(map[string]any)
	return out
}

// meant is the message that a call is about: the one that the call before it
// made or changed, or another by its name.
func (d *draft) meant(id string, before *scenario.Act) string {
	r := d.byID[id]
	if r == nil || d.way.manual {
		return id
	}
	if before != nil {
		op, a := opOf(&before.Call)
		made := op == r.op && a.Content != nil && match.Literal(*a.Content) == word(r.action["content"])
		if made || match.Literal(a.MessageID) == id {
			return "${last.message_id}"
		}
	}
	return word(d.id(id))
}

// rulesOf makes rules of what was done in each turn: one for all if the same
// was done in all, else one for each text.
func (d *draft) rulesOf(acts [][]scenario.Act) []scenario.Rule {
	if !slices.ContainsFunc(acts, func(list []scenario.Act) bool { return len(list) > 0 }) {
		return nil
	}
	if len(acts) > 1 && !alike(acts) {
		if general := d.inWordsOfTheTurn(acts); alike(general) {
			acts = general
		}
	}
	if alike(acts) {
		return []scenario.Rule{{Do: acts[0]}}
	}
	var rules []scenario.Rule
	seen := map[string]bool{}
	for i, t := range d.turns {
		rule := scenario.Rule{When: d.when(i), Do: acts[i], Once: d.twice(i, acts)}
		if len(acts[i]) == 0 {
			if !rule.Once {
				continue
			}
			nothing := ""
			rule.Do = []scenario.Act{{Reply: &nothing}}
		}
		text, err := json.Marshal(rule)
		if err != nil || !rule.Once && seen[string(text)] {
			continue
		}
		seen[string(text)] = true
		if t.event == nil {
			rule.When, rule.Once = t.rule.When, true
		}
		rules = append(rules, rule)
	}
	return rules
}

func alike(acts [][]scenario.Act) bool {
	return !slices.ContainsFunc(acts, func(list []scenario.Act) bool { return !reflect.DeepEqual(list, acts[0]) })
}

// when is the event of a turn, by its text and, where others have the same, its
// session.
func (d *draft) when(i int) *scenario.Routed {
	t := d.turns[i]
	if t.event == nil {
		return t.rule.When
	}
	w := &scenario.Routed{Text: t.event.Text}
	for j, other := range d.turns {
		if j != i && other.event != nil && sameValue(other.event.Text, t.event.Text) && !sameValue(other.event.Session, t.event.Session) {
			w.Session = t.event.Session
		}
	}
	return w
}

// twice says whether another turn of the same session with the same text did
// something else, so that the rule is for one time only.
func (d *draft) twice(i int, acts [][]scenario.Act) bool {
	for j, other := range d.turns {
		e, f := d.turns[i].event, other.event
		if j != i && e != nil && f != nil && sameValue(e.Text, f.Text) && sameValue(e.Session, f.Session) && !reflect.DeepEqual(acts[i], acts[j]) {
			return true
		}
	}
	return false
}

func sameValue(a, b *scenario.Pattern) bool {
	return a != nil && b != nil && reflect.DeepEqual(a.Value, b.Value)
}

// inWordsOfTheTurn writes replies with ${text} and ${user_name} where they say
// what the user wrote or is called.
func (d *draft) inWordsOfTheTurn(acts [][]scenario.Act) [][]scenario.Act {
	out := make([][]scenario.Act, len(acts))
	for i, list := range acts {
		out[i] = slices.Clone(list)
		e := d.turns[i].event
		if e == nil || e.Text == nil {
			continue
		}
		source, _ := sourceOf(e)
		for j := range out[i] {
			if reply := out[i][j].Reply; reply != nil {
				said := *reply
				for _, v := range []struct{ name, value string }{{"text", word(e.Text.Value)}, {"user_name", word(source["user_name"])}} {
					if v.value != "" && !strings.Contains(said, "${") {
						said = strings.ReplaceAll(said, v.value, "${"+v.name+"}")
					}
				}
				out[i][j].Reply = &said
			}
		}
	}
	return out
}
