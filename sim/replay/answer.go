package replay

import "github.com/relaysim/relaysim/sim/trace"

// AnswerPattern is what a connector's frame is compared with when its gateway
// asks another connector the same: a descriptor's fields as they are, and of a
// result whether it is a success, with every text that the connector makes only
// as a text. It is not ok for frames that answer nothing, such as an event.
func AnswerPattern(f trace.FrameLine) (pattern any, ok bool) {
	frame := f.Object()
	switch f.Type() {
	case "descriptor":
		d, isObject := frame["descriptor"].(map[string]any)
		return map[string]any{"descriptor": literals(d)}, isObject
	case "outbound_result":
		result, isObject := frame["result"].(map[string]any)
		return map[string]any{"result": sameKind(result)}, isObject && f.RequestID() != ""
	case "going_idle_ack":
		return map[string]any{}, true
	}
	return nil, false
}

// sameKind matches a value of the same kind: any text for a text, anything for
// nothing.
func sameKind(v any) any {
	switch v := v.(type) {
	case map[string]any:
		fields := map[string]any{}
		for name, member := range v {
			if member != nil {
				fields[name] = sameKind(member)
			}
		}
		return fields
	case string:
		return map[string]any{"$re": ""}
	case []any:
		return map[string]any{"$any": true}
	}
	return v
}
