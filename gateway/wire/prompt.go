package wire

import "strings"

// PromptResponse says which option of which prompt was pressed (PRM-4).
type PromptResponse struct {
	PromptID, OptionID     string
	Label, PromptMessageID string // "" = absent
}

// ParsePromptToken reads a button's callback token (PRM-3). ok is false for
// any other text.
func ParsePromptToken(token string) (promptID, optionID string, ok bool) {
	rest, ok := strings.CutPrefix(token, "hp1:")
	if !ok || len(token) > 64 {
		return "", "", false
	}
	promptID, optionID, _ = strings.Cut(rest, ":")
	if !promptPart(promptID) || !promptPart(optionID) {
		return "", "", false
	}
	return promptID, optionID, true
}

func promptPart(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			c == '_' || c == '.' || c == '-') {
			return false
		}
	}
	return 0 < len(s) && len(s) <= 32
}

// decodePromptResponse returns nil for what is no press.
func decodePromptResponse(raw []byte) *PromptResponse {
	var p PromptResponse
	eachMember(raw, func(key, val []byte) {
		switch string(key) {
		case "prompt_id":
			p.PromptID = stringOf(val)
		case "option_id":
			p.OptionID = stringOf(val)
		case "label":
			p.Label = stringOf(val)
		case "prompt_message_id":
			p.PromptMessageID = stringOf(val)
		}
	})
	if p == (PromptResponse{}) {
		return nil
	}
	return &p
}

func (p *PromptResponse) appendTo(dst []byte) []byte {
	if p == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	for _, m := range [...]struct{ name, value string }{
		{"prompt_id", p.PromptID}, {"option_id", p.OptionID},
		{"label", p.Label}, {"prompt_message_id", p.PromptMessageID},
	} {
		dst = appendKey(dst, m.name)
		dst = appendOptional(dst, m.value)
	}
	return append(dst, '}')
}
