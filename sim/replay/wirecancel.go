package replay

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// A turn that a command cancels has no reply (TURN-3). The command tells that it
// ran until then.

// cancel takes in a command that cancels the turn of its session: the first one
// that has no reply. What comes after it waits.
func (w *wire) cancel(l *line, by *heard, command string) {
	var first *heard
	for chat, c := range w.chats {
		if chat != by.names.chat && !by.names.inSource {
			continue
		}
		for _, h := range c.open {
			if h != by && w.reaches(by, h) && (first == nil || h.at.Number < first.at.Number) {
				first = h
			}
		}
	}
	if first != nil {
		first.cut, first.text = l, cancelledBy+command
		w.cuts[l] = append(w.cuts[l], first)
		w.close(first)
	}
}

// reaches says whether a command is given in the session of an event. Pressed in a
// thread, it has that as its chat (DI-1); and who is in one shares it (SK-4).
func (w *wire) reaches(by, h *heard) bool {
	threaded := h.thread != "" && (h.thread == by.thread || by.names.inSource && h.thread == by.names.chat)
	config := w.compiler.tape.config(w.compiler.actor)
	perUser := config != nil && config.Sessions != nil && config.Sessions.ThreadPerUser != nil && *config.Sessions.ThreadPerUser
	if h.names.user != by.names.user && (!threaded || perUser) {
		return false
	}
	return threaded || h.names.chat == by.names.chat && h.thread == by.thread
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
