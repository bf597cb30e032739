package match

import (
	"maps"
	"slices"
)

// explainer says why a pattern does not match, and how near it came.
type explainer struct {
	matcher
	diffs []Diff
}

func (e *explainer) diff(path, want, got string) {
	e.diffs = append(e.diffs, Diff{Path: path, Want: want, Got: got})
}

// explain notes every difference and returns how many of the node's leaves
// matched; a string that is nearly right counts for a part of one.
func (e *explainer) explain(n *node, got any, path string) float64 {
	switch n.kind {
	case scalar:
		return e.value(n.source, got, path)
	case text:
		v, ok := n.text.value(e.lookup)
		if !ok {
			e.diff(path, "${"+n.text.missing(e.lookup)+"}, which has no value", asGot(got))
			return 0
		}
		return e.value(v, got, path)
	case list:
		return e.list(n, got, path)
	default:
		return e.object(n, got, path)
	}
}

func (e *explainer) value(want, got any, path string) float64 {
	if equal(want, got) {
		return 1
	}
	a, ok := want.(string)
	b, ok2 := got.(string)
	if ok && ok2 {
		wantText, gotText, common := compareTexts(a, b)
		e.diff(path, wantText, gotText)
		return common / 2
	}
	e.diff(path, clip(asJSON(want)), asGot(got))
	return 0
}

func (e *explainer) list(n *node, got any, path string) float64 {
	items, ok := got.([]any)
	if !ok {
		e.diff(path, e.want(n), asGot(got))
		return 0
	}
	var near float64
	for i := range n.items {
		var item = Absent
		if i < len(items) {
			item = items[i]
		}
		near += e.explain(&n.items[i], item, element(path, i))
	}
	for i := len(n.items); i < len(items); i++ {
		e.diff(element(path, i), "nothing", asGot(items[i]))
	}
	if len(items) > len(n.items) {
		near *= float64(len(n.items)) / float64(len(items))
	}
	return near
}

func (e *explainer) object(n *node, got any, path string) float64 {
	var near float64
	if n.isMap() {
		fields, ok := got.(map[string]any)
		if !ok {
			e.diff(path, e.want(n), asGot(got))
			return 0
		}
		for i := range n.fields {
			f := &n.fields[i]
			near += e.explain(&f.node, at(fields, f.key), member(path, f.key))
		}
	}
	for i := range n.ops {
		if o := &n.ops[i]; e.holds(o, got) {
			near++
		} else {
			e.operator(o, got, path)
		}
	}
	return near
}

func (e *explainer) operator(o *op, got any, path string) {
	switch o.name {
	case "$exact":
		e.exact(o.source, got, path)
	case "$len":
		n, ok := length(got)
		if !ok {
			e.diff(path, "{$len: "+e.want(o.arg)+"}", asGot(got))
			return
		}
		e.diff(path, "{$len: "+e.want(o.arg)+"}", "{$len: "+asJSON(n)+"}, "+asGot(got))
	case "$any", "$capture":
		e.diff(path, "something", asGot(got))
	case "$absent":
		if o.flag {
			e.diff(path, "nothing", asGot(got))
		} else {
			e.diff(path, "something", asGot(got))
		}
	default:
		e.diff(path, "{"+o.name+": "+e.wantArgument(o)+"}", asGot(got))
	}
}

// exact goes down through maps; lists that differ are shown whole.
func (e *explainer) exact(want, got any, path string) {
	a, ok := want.(map[string]any)
	b, ok2 := got.(map[string]any)
	switch text, isText := want.(string); {
	case isText:
		n := (&compiler{}).node(text, path)
		e.explain(&n, got, path)
		return
	case !ok || !ok2:
		e.diff(path, clip(e.tree(want)), asGot(got))
		return
	}
	for _, k := range slices.Sorted(maps.Keys(a)) {
		if v := at(b, k); !e.matcher.exact(a[k], v) {
			e.exact(a[k], v, member(path, k))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[k]; !ok {
			e.diff(member(path, k), "nothing", asGot(b[k]))
		}
	}
}
