package gateway

import (
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/gateway/wire"
)

const helpText = `/stop ends what I am doing
/new or /reset starts a new session
/queue <message> lets a message wait for a turn of its own
/undo takes back the last exchange, /retry says it again
/sessions lists the sessions of before, /resume <id> goes back to one
/status says what is going on
Any other command is the agent's.`

// toSay is what the gateway answers to a command that changes nothing; nil for
// those of the agent.
func (g *Gateway) toSay(c wire.ParsedCommand, key string) func() outcome {
	switch c.Name {
	case "help", "commands":
		return says(helpText)
	case "status":
		return func() outcome { return outcome{text: g.statusText(key)} }
	case "sessions":
		return func() outcome { return outcome{text: g.sessionsText(key)} }
	}
	return nil
}

const (
	queueUsage    = "Usage: /queue <message>"
	queueFullText = "The queue is full: this message was not queued."
)

func queuedText(depth int) string {
	if depth == 1 {
		return "Queued for the next turn."
	}
	return fmt.Sprintf("Queued: %d messages wait.", depth)
}

func busyText(c wire.ParsedCommand) string {
	return fmt.Sprintf("I am at work: /%s has to wait until I am done. /stop ends it.", c.Name)
}

// statusText says what a session is doing.
func (g *Gateway) statusText(key string) string {
	lines := []string{"Session: " + key}
	if e, ok := g.store.Entry(key); ok {
		lines[0] += ", " + e.ID
	}
	doing := "Idle."
	if g.lanes.running(key) != nil {
		doing = "At work."
	}
	slot, queue := g.lanes.waiting(key)
	if slot {
		doing += " A message waits."
	}
	if queue > 0 {
		doing += fmt.Sprintf(" Queued: %d.", queue)
	}
	return strings.Join(append(lines, doing), "\n")
}
