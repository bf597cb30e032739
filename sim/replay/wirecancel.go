package replay

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// A turn that a command cancels has no reply (TURN-3). The command tells that it
// ran until then.

// cancel takes in a command that cancels the turn of its user in its chat: the
// first one there that has no reply. What comes after it waits.
func (w *wire) cancel(l *line, by *heard, command string) {
	c := w.in(by.names.chat)
	for j, h := range c.open {
		if h != by && h.names.user == by.names.user && (h.thread == by.thread || h.thread == by.names.chat) {
			h.cut, h.text = l, cancelledBy+command
			w.cuts[l] = append(w.cuts[l], h)
			c.open = append(c.open[:j:j], c.open[j+1:]...)
			return
		}
	}
}

// cancelling is the name of the command that a text is, if that cancels a turn.
func cancelling(text string) (command string, ok bool) {
	words := strings.Fields(text)
	if len(words) == 0 || words[0][0] != '/' {
		return "", false
	}
	command, _, _ = strings.Cut(strings.ToLower(words[0][1:]), "@")
	return command, command == "stop" || command == "new" || command == "reset"
}

// isRetry says whether a text is the command that runs the last turn again.
func isRetry(text string) bool {
	words := strings.Fields(text)
	if len(words) == 0 {
		return false
	}
	command, _, _ := strings.Cut(strings.ToLower(words[0]), "@")
	return command == "/retry"
}

// pressedCommand is a forwarded interaction as the command that a person would type.
func pressedCommand(forward json.RawMessage) string {
	text, _ := trace.Text(trace.Field(forward, "bodyB64"))
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	name, _ := trace.Text(trace.Field(body, "data", "name"))
	return "/" + name
}
