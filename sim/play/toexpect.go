package play

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/trace"
)

// told are the fields of an action that say which one it is, by op. Others are
// told by their content, or else by their chat.
var told = map[string][]string{
	"edit":          {"message_id", "content"},
	"follow_up":     {"kind", "content"},
	"react":         {"message_id", "emoji"},
	"thread_create": {"thread_name"},
	"thread_rename": {"thread_name"},
}

// toExpect is the step that would expect an item; none in a recording.
func (r *run) toExpect(it *item) string {
	if r.scenario.Recorded != nil {
		return ""
	}
	return it.toExpect()
}

// toExpect is the step, in YAML, that would expect an item which strict minds.
func (it *item) toExpect() string {
	switch {
	case it.lane == laneEvent:
		return expectStep("event", it.seen.Event.JSON(), []string{"text"})
	case it.op == "":
		return "- expect: {frame: {type: " + yamlText(it.frame.Type()) + "}}"
	case told[it.op] != nil:
		return expectStep(it.op, it.frame.Field("action"), told[it.op])
	case it.frame.Field("action", "content") != nil:
		return expectStep(it.op, it.frame.Field("action"), []string{"content"})
	}
	return "- expect: {" + it.op + ": {chat: " + yamlText(textAt(it.frame.Field("action"), "chat_id")) + "}}"
}

// expectStep expects the fields of an object that are texts.
func expectStep(kind string, object json.RawMessage, names []string) string {
	var fields []string
	for _, name := range names {
		if text, ok := trace.Text(trace.Field(object, name)); ok {
			fields = append(fields, name+": "+yamlPattern(text))
		}
	}
	return "- expect: {" + kind + ": {" + strings.Join(fields, ", ") + "}}"
}

func textAt(object json.RawMessage, name string) string {
	text, _ := trace.Text(trace.Field(object, name))
	return text
}

// maxTold is the most characters of a text that are asked for whole.
const maxTold = 60

func yamlPattern(text string) string {
	if runes := []rune(text); len(runes) > maxTold {
		return "{$contains: " + yamlText(string(runes[:maxTold])) + "}"
	}
	return yamlText(text)
}

// plainText is what YAML takes for text without quotes, also between braces.
var plainText = regexp.MustCompile(`^[\pL_/][\pL\pN_./-]*( [\pL\pN_./-]+)*$`)

// yamlText is a text as it is written in a pattern.
func yamlText(text string) string {
	text = match.Literal(text)
	words := []string{"true", "false", "null"}
	if plainText.MatchString(text) && !slices.Contains(words, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(text) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
