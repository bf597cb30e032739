package replay

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
)

// dollar is a variable that stands for its sign, so that a ${name} that was
// recorded is not taken for one of the replay's own.
const dollar = "dollar"

// literal writes recorded text so that it comes out as it is.
func literal(s string) string {
	return strings.ReplaceAll(s, "$", "${"+dollar+"}")
}

// literals writes every text of a recorded JSON value so that it comes out as
// it is.
func literals(v any) any {
	switch v := v.(type) {
	case string:
		return literal(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = literals(v[i])
		}
		return list
	case map[string]any:
		return literalFields(v)
	}
	return v
}

func literalFields(m map[string]any) map[string]any {
	fields := make(map[string]any, len(m))
	for k, v := range m {
		fields[k] = literals(v)
	}
	return fields
}

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
func text(s string, pos scenario.Pos) *scenario.Pattern { return value(literal(s), pos) }

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
