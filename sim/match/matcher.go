package match

// matcher decides whether a pattern matches, as fast as it can: that is nearly
// every question. Why it does not is the explainer's business.
type matcher struct {
	env      Env
	captures []capture
}

type capture struct {
	name  string
	value any
}

func (m *matcher) lookup(name string) (any, bool) {
	if m.env == nil {
		return nil, false
	}
	return m.env.Lookup(name)
}

// match keeps the captures of what matched, and of nothing else.
func (m *matcher) match(n *node, got any) bool {
	kept := len(m.captures)
	ok := m.node(n, got)
	if !ok {
		m.captures = m.captures[:kept]
	}
	return ok
}

func (m *matcher) node(n *node, got any) bool {
	if lazy, ok := got.(Lazy); ok {
		if n.kind == object && len(n.ops) == 0 && lazy.IsObject() {
			return m.members(n, lazy)
		}
		got = lazy.Tree()
	}
	switch n.kind {
	case scalar:
		return equal(n.source, got)
	case text:
		v, ok := n.text.value(m.lookup)
		return ok && equal(v, got)
	case list:
		return m.list(n, got)
	default:
		return m.object(n, got)
	}
}

func (m *matcher) list(n *node, got any) bool {
	items, ok := got.([]any)
	if !ok || len(items) != len(n.items) {
		return false
	}
	for i := range n.items {
		if !m.node(&n.items[i], items[i]) {
			return false
		}
	}
	return true
}

func (m *matcher) object(n *node, got any) bool {
	if n.isMap() {
		fields, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for i := range n.fields {
			f := &n.fields[i]
			if !m.node(&f.node, at(fields, f.key)) {
				return false
			}
		}
	}
	for i := range n.ops {
		if !m.holds(&n.ops[i], got) {
			return false
		}
	}
	return true
}

// members matches plain fields against an object that is still text.
func (m *matcher) members(n *node, got Lazy) bool {
	var room [8]any
	values := room[:0]
	for range n.fields {
		values = append(values, Absent)
	}
	got.Pick(n.keys, values)
	for i := range n.fields {
		if !m.node(&n.fields[i].node, values[i]) {
			return false
		}
	}
	return true
}

// literal is the one value that a node without operators stands for.
func (m *matcher) literal(n *node) (any, bool) {
	if n.kind == text {
		return n.text.value(m.lookup)
	}
	return n.source, n.kind == scalar
}

// exact compares a value whole. Only variables have a meaning in it.
func (m *matcher) exact(want, got any) bool {
	switch want := want.(type) {
	case string:
		if t := (&compiler{}).template(want, ""); t != nil {
			v, ok := t.value(m.lookup)
			return ok && equal(v, got)
		}
		return equal(plain(want), got)
	case []any:
		items, ok := got.([]any)
		if !ok || len(items) != len(want) {
			return false
		}
		for i := range want {
			if !m.exact(want[i], items[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		fields, ok := got.(map[string]any)
		if !ok || len(fields) != len(want) {
			return false
		}
		for k := range want {
			if v, ok := fields[k]; !ok || !m.exact(want[k], v) {
				return false
			}
		}
		return true
	}
	return equal(want, got)
}

// at is a member of a map, or Absent.
func at(fields map[string]any, key string) any {
	if v, ok := fields[key]; ok {
		return v
	}
	return Absent
}

// equal compares two values whole, numbers by value.
func equal(want, got any) bool {
	switch want := want.(type) {
	case nil:
		return got == nil
	case bool:
		b, ok := got.(bool)
		return ok && b == want
	case string:
		s, ok := got.(string)
		return ok && s == want
	case []any:
		items, ok := got.([]any)
		if !ok || len(items) != len(want) {
			return false
		}
		for i := range want {
			if !equal(want[i], items[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		fields, ok := got.(map[string]any)
		if !ok || len(fields) != len(want) {
			return false
		}
		for k := range want {
			if v, ok := fields[k]; !ok || !equal(want[k], v) {
				return false
			}
		}
		return true
	}
	return sameNumber(want, got)
}
