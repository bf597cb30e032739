package gateway

import (
	"errors"
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// What commands do to sessions (SES-5, SES-12). The sessions are held meanwhile.

// toSession is what a command does to an idle session; nil for one that does
// nothing to it, or cancels turns.
func (g *Gateway) toSession(t *Turn, c wire.ParsedCommand, key string) func() outcome {
	switch c.Name {
	case "resume":
		return func() outcome { return outcome{text: g.resume(key, c.Args)} }
	case "undo":
		return func() outcome { return g.undo(key) }
	case "retry":
		return func() outcome { return g.retry(t, key) }
	}
	return nil
}

// reset gives sessions a fresh id: /new and /reset.
func (g *Gateway) reset(keys []string) outcome {
	text := "New session: starting fresh."
	for _, key := range keys {
		if e, ok := g.store.Reset(key); ok {
			text = "New session: " + e.ID + "."
		}
	}
	return outcome{text: text}
}

// suspend is /stop: the next message of a session whose turn it has cancelled
// begins another one.
func (g *Gateway) suspend(busy []string) outcome {
	if len(busy) == 0 {
		return outcome{text: "There is nothing to stop."}
	}
	text := "Stopped."
	for _, key := range busy {
		if e, ok := g.store.Entry(key); ok && g.store.Suspend(key) {
			text = "Stopped. The next message begins a new session; /resume " + e.ID + " goes back to this one."
		}
	}
	return outcome{text: text}
}

// resume lets a key name one of its sessions of before.
func (g *Gateway) resume(key, id string) string {
	if id == "" {
		return g.sessionsText(key)
	}
	e, err := g.store.Resume(key, id)
	if err != nil {
		return "Not resumed: " + err.Error() + "."
	}
	return fmt.Sprintf("Resumed: %s, %d turns.", e.ID, e.Turns)
}

// undo takes back the last exchange.
func (g *Gateway) undo(key string) outcome {
	taken, text := g.takeBack(key)
	if taken == nil {
		return outcome{text: text}
	}
	return outcome{text: "Taken back: " + firstChars(taken.Text, 100)}
}

// retry lets the last turn of the user's run again. Its reply is the answer.
func (g *Gateway) retry(t *Turn, key string) outcome {
	taken, text := g.takeBack(key)
	if taken == nil {
		return outcome{text: text}
	}
	return outcome{next: g.inPlaceOf(t, key, taken.Text)}
}

// takeBack takes the last exchange back and returns what the user said in it, or
// what to answer where there is none.
func (g *Gateway) takeBack(key string) (taken *session.Message, text string) {
	list, err := g.store.Undo(key)
	var skipped *session.SkippedError
	switch {
	case errors.As(err, &skipped):
		g.log.Warn("relay: a transcript is not whole", "session", key, "error", err)
	case err != nil:
		g.log.Error("relay: a transcript cannot be read", "session", key, "error", err)
		return nil, "Sorry, I cannot read what was said: " + err.Error()
	}
	if len(list) == 0 {
		return nil, "There is nothing to take back."
	}
	return &list[0], ""
}

// mostListed is how many sessions of before are listed.
const mostListed = 10

// sessionsText lists the sessions of before.
func (g *Gateway) sessionsText(key string) string {
	past := g.store.Past(key)
	if len(past) == 0 {
		return "There are no sessions of before."
	}
	lines := []string{"Sessions of before; /resume <id> goes back to one:"}
	for _, p := range past[:min(len(past), mostListed)] {
		lines = append(lines, fmt.Sprintf("%s, %d turns", p.ID, p.Turns))
	}
	return strings.Join(lines, "\n")
}
