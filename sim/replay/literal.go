package replay

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
)

// literals is a pattern's value that matches a recorded one: maps partially.
func literals(v any) any {
	switch v := v.(type) {
	case string:
		return match.Literal(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = literals(v[i])
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for k := range v {
			if strings.HasPrefix(k, "$") {
				return exactly(v) // where a key is no operator
			}
			fields[k] = literals(v[k])
		}
		return fields
	}
	return v
}

// exactly is a pattern's value that matches nothing but the recorded one.
func exactly(v any) map[string]any { return map[string]any{"$exact": match.Literals(v)} }

// decode reads recorded JSON, numbers as they are written.
func decode(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(into)
}

// value is a pattern that any value but a text may be.
func value(v any, pos scenario.Pos) *scenario.Pattern {
	return &scenario.Pattern{Set: true, Value: v, Pos: pos}
}

// text is a pattern for recorded text.
func text(s string, pos scenario.Pos) *scenario.Pattern { return value(match.Literal(s), pos) }

// number is a pattern for a recorded number.
func number(n int, pos scenario.Pos) *scenario.Pattern {
	return value(json.Number(strconv.Itoa(n)), pos)
}

// orNothing is a pattern's value for a field of an event: one that was null
// may be absent or empty as well, which gateways do not tell apart.
func orNothing(v any) any {
	if v == nil || v == "" {
		return map[string]any{"$in": []any{nil, ""}}
	}
	return literals(v)
}
