package connector

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// platforms are the identities the connector fronts.
type platforms struct {
	mu   sync.Mutex
	list []*platform // in the order of Options
}

// platform is one of them. It is replaced, never changed.
type platform struct {
	identity
	fields descriptor
	line   []byte // the whole descriptor frame
	limits limits
	ops    []string // supported_ops
}

func (p *platforms) init(list []Platform) {
	if len(list) == 0 {
		list = []Platform{{Name: "discord"}}
	}
	for _, o := range list {
		id := identity{o.Name, cmp.Or(o.BotID, o.Name+"-bot")}
		p.list = append(p.list, newPlatform(id, preset(o.Name).with(o.Descriptor)))
	}
}

// with is the descriptor with some fields replaced; a nil value removes one.
func (d descriptor) with(overrides map[string]any) descriptor {
	d = maps.Clone(d)
	for k, v := range overrides {
		if v == nil {
			delete(d, k)
		} else {
			d[k] = v
		}
	}
	return d
}

func newPlatform(id identity, fields descriptor) *platform {
	p := &platform{identity: id, fields: fields, limits: limitsOf(fields)}
	switch ops := fields["supported_ops"].(type) {
	case []string:
		p.ops = ops
	case []any:
		for _, op := range ops {
			if s, ok := op.(string); ok {
				p.ops = append(p.ops, s)
			}
		}
	}
	b := append(p.line, `{"type":"descriptor","descriptor":{`...)
	names := slices.Sorted(maps.Keys(fields))
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		b = appendJSON(b, fields[name])
	}
	p.line = append(b, "}}\n"...)
	return p
}

func rank(field string) int {
	if i := slices.Index(descriptorFields, field); i >= 0 {
		return i
	}
	return len(descriptorFields)
}

// of finds a platform by its name. One that the connector does not front gets
// the contract's defaults, so that a gateway with a wrong name is answered.
func (p *platforms) of(name string) (_ *platform, fronted bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.list {
		if f.platform == name {
			return f, true
		}
	}
	return newPlatform(identity{platform: name}, preset(name)), false
}

// fronts says whether an identity of a hello is one of the connector's.
func (p *platforms) fronts(id identity) bool {
	f, ok := p.of(id.platform)
	return ok && (id.bot == "" || id.bot == f.bot)
}

// bot is the bot on a platform; empty if the connector does not front it.
func (p *platforms) bot(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.list {
		if f.platform == name {
			return f.bot
		}
	}
	return ""
}

func (p *platforms) first() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.list[0].platform
}

// override replaces fields of a platform's descriptor.
func (p *platforms) override(name string, overrides map[string]any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range p.list {
		if f.platform == name {
			p.list[i] = newPlatform(f.identity, f.fields.with(overrides))
			return nil
		}
	}
	return fmt.Errorf("platform %q is not one of the connector's", name)
}
