package play

import (
	"maps"
	"strconv"
	"sync"
)

// variables are the values of ${name} in one run: the scenario's vars and
// what was captured. They are match's Env and scenario's Lookup.
type variables struct {
	mu     sync.Mutex
	values map[string]any // Guarded by mu.
}

func newVariables(vars map[string]any) *variables {
	v := &variables{values: map[string]any{}}
	maps.Copy(v.values, vars)
	return v
}

// Lookup returns the value of ${name}.
func (v *variables) Lookup(name string) (any, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	value, ok := v.values[name]
	return value, ok
}

// Capture keeps the value for $capture: name.
func (v *variables) Capture(name string, value any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.values[name] = value
}

// ids makes the identifiers of one run, so that runs repeat.
type ids struct {
	mu   sync.Mutex
	last map[string]uint32 // Guarded by mu, by prefix.
}

func newIDs() *ids { return &ids{last: map[string]uint32{}} }

// source returns a function that gives prefix1, prefix2, …
func (i *ids) source(prefix string) func() string {
	return func() string { return i.next(prefix) }
}

// next gives prefix1, prefix2, …
func (i *ids) next(prefix string) string { return prefix + strconv.Itoa(int(i.number(prefix))) }

// number gives 1, 2, …, of each name in an order of its own.
func (i *ids) number(name string) uint32 {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.last[name]++
	return i.last[name]
}
