package convert

import (
	"iter"
	"maps"
	"reflect"
	"slices"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
)

// head writes what stands before the steps, as far as it is not so anyway.
func (d *draft) head() {
	in, s := d.in, d.scenario
	s.Name, s.About, s.Revisions = in.Name, in.About, in.Revisions
	s.Covers = d.covered()
	s.Connector = scenario.Connector{Platforms: d.platforms()}
	if d.way.manual {
		s.Connector.Results = "manual"
	} else {
		s.Connector.Fail, s.Connector.Chats = d.refusals(), d.rooms()
	}
	if !d.greetsItself || d.way.plain {
		s.Connector.Handshake = "manual"
	}
	refused := d.authenticates() && d.refusedOnce()
	if refused {
		s.Connector.Secrets = in.Connector.Secrets
	}
	for name, recorded := range d.gateways() {
		g := d.gateway(recorded)
		if name != "" && d.dials[name] {
			g.Connect = new(bool)
		}
		if refused {
			g.Secret = recorded.Secret
		}
		switch {
		case name != "":
			if s.Gateways == nil {
				s.Gateways = map[string]scenario.Gateway{}
			}
			s.Gateways[name] = g
		case !reflect.DeepEqual(g, scenario.Gateway{}):
			s.Gateway = &g
		}
	}
	for i, note := range in.Recorded.Notes {
		if i > 0 {
			d.notes[-1] += "\n"
		}
		d.notes[-1] += "Not carried over: " + note
	}
}

// gateways are the recorded ones, in order; the only one has no name.
func (s *story) gateways() iter.Seq2[string, scenario.Gateway] {
	return func(yield func(string, scenario.Gateway) bool) {
		if s.in.Gateway != nil && !yield("", *s.in.Gateway) {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(s.in.Gateways)) {
			if !yield(name, s.in.Gateways[name]) {
				return
			}
		}
	}
}

// gateway is what has to be said of one.
func (d *draft) gateway(in scenario.Gateway) scenario.Gateway {
	g := scenario.Gateway{Sessions: in.Sessions, MaxMessage: in.MaxMessage, Connect: in.Connect, BotIDs: in.BotIDs}
	if !in.NoAuth {
		g.ID = in.ID
	}
	if len(in.Platforms) > 1 {
		g.Platforms = in.Platforms
	}
	if in.Typing != nil && !*in.Typing {
		g.Typing = in.Typing
	}
	if d.way.config {
		if in.Reconnect != nil && !*in.Reconnect {
			g.Reconnect = in.Reconnect
		}
		g.BackOff, g.HandshakeTimeout, g.RequestTimeout = in.BackOff, in.HandshakeTimeout, in.RequestTimeout
	}
	return g
}

// refusedOnce says whether a token was ever refused, so that secrets matter.
func (d *draft) refusedOnce() bool {
	for _, w := range d.out {
		if c := w.step.Connector; c != nil && c.Rotate != nil {
			return true
		}
	}
	for _, g := range d.gateways() {
		if !g.NoAuth && !slices.Equal(d.in.Connector.Secrets[g.ID], []string{g.Secret}) {
			return true
		}
	}
	return false
}

// standard is the platform that a connector has where none is said.
const standard = "discord"

// platforms are the connector's; nil where it is the standard one.
func (d *draft) platforms() map[string]scenario.Platform {
	out := map[string]scenario.Platform{}
	for name, p := range d.in.Connector.Platforms {
		out[name] = scenario.Platform{BotID: p.BotID, Descriptor: d.descriptor(name)}
	}
	if p, ok := out[standard]; ok && len(out) == 1 && p.Descriptor == nil && !d.bot {
		return nil
	}
	return out
}

// later are the descriptor fields that 2026-06 does not know (HS-3).
var later = []string{"supports_context", "supports_inchannel_continuable", "supports_block_formatting", "supported_ops"}

// descriptor is how the recorded descriptor of a platform differs from the one
// that the fake connector sends.
func (d *draft) descriptor(platform string) map[string]any {
	if !d.greetsItself {
		return nil
	}
	var recorded map[string]any
	for _, b := range d.beats {
		if fields, _ := b.said["descriptor"].(map[string]any); fields != nil && fields["platform"] == platform {
			recorded = fields
			break
		}
	}
	if recorded == nil {
		return nil
	}
	diff := map[string]any{}
	preset := plainTree(connector.Preset(platform))
	for k, v := range preset {
		if _, there := recorded[k]; !there && v != false {
			diff[k] = nil
		}
	}
	for k, v := range recorded {
		if !reflect.DeepEqual(v, preset[k]) && !(v == false && preset[k] == nil) {
			diff[k] = v
		}
	}
	if !d.author {
		maps.DeleteFunc(diff, func(k string, _ any) bool { return slices.Contains(later, k) })
	}
	if len(diff) == 0 {
		return nil
	}
	return diff
}

// refusals are the ops that were refused each time, with the same words.
func (d *draft) refusals() map[string]string {
	fail := map[string]string{}
	mixed := map[string]bool{}
	for _, r := range d.requests {
		why := word(r.result["error"])
		if r.result["success"] != false || why == "" || fail[r.op] != "" && fail[r.op] != unescaped(why) {
			mixed[r.op] = true
			continue
		}
		fail[r.op] = unescaped(why)
	}
	maps.DeleteFunc(fail, func(op string, _ string) bool { return mixed[op] })
	if len(fail) == 0 {
		return nil
	}
	return fail
}

// rooms are what get_chat_info was answered, where it is not the default.
func (d *draft) rooms() map[string]scenario.ChatConfig {
	rooms := map[string]scenario.ChatConfig{}
	for _, r := range d.requests {
		if r.op != "get_chat_info" {
			continue
		}
		info, ok := r.result["chat_info"].(map[string]any)
		if !ok {
			info = r.result
		}
		id := unescaped(word(r.action["chat_id"]))
		room := scenario.ChatConfig{Name: unless(unescaped(word(info["name"])), id), Type: unless(unescaped(word(info["type"])), "dm")}
		if room != (scenario.ChatConfig{}) {
			rooms[id] = room
		}
	}
	if len(rooms) == 0 {
		return nil
	}
	return rooms
}

// covers notes rules that the scenario shows.
func (d *draft) covers(rules ...string) {
	for _, id := range rules {
		d.rules[id] = true
	}
}

// covered are the rules noted that hold in the revision, in the contract's order.
func (d *draft) covered() []string {
	var list []string
	for _, rule := range d.contract {
		if d.rules[rule.ID] && slices.Contains(rule.Revisions(), d.in.Revisions[0]) {
			list = append(list, rule.ID)
		}
	}
	return list
}
