package gateway

import "github.com/relaysim/relaysim/gateway/wire"

// outcome is what became of a command.
type outcome struct {
	text string // to answer with
	next *Turn  // to begin in its session before what waits there; may be nil
}

// says is a command that only has an answer.
func says(text string) func() outcome { return func() outcome { return outcome{text: text} } }

// answer lets a command be answered on a goroutine of its own, since the answer
// waits for its result (FR-7), and what is done to a session may wait for a disk.
// do does it, whether or not the agent answers in the gateway's place. Then the
// sessions go on that the command held. Where there is no room for one more the
// command is dropped, but for the turns that it has cancelled.
func (g *Gateway) answer(t *Turn, c wire.ParsedCommand, do func() outcome, held ...string) (begin func(), err error) {
	if !g.lanes.takeIn(t) {
		g.log.Warn("relay: dropped: too many commands are being answered", "command", c.Name)
		return func() { g.letGo(held, nil) }, nil
	}
	byAgent := g.agentAnswers(t, c)
	run := func() {
		g.work.Begin()
		g.turns.Go(func() {
			defer g.work.End()
			defer g.lanes.giveBack(t)
			o := do()
			defer g.letGo(held, o.next)
			g.saveSessions()
			if byAgent {
				o.text = t.apology(t.agent(g.ctx))
			}
			t.reply(g.ctx, o.text)
		})
	}
	return func() {
		defer run() // even if the observer fails, as in begin
		if byAgent {
			t.Session, _ = g.store.Entry(t.SessionKey)
			g.tell(t)
		}
	}, nil
}

// letGo lets what waits begin in the sessions that a command held.
func (g *Gateway) letGo(held []string, next *Turn) {
	for _, key := range held {
		var first *Turn
		if next != nil && next.SessionKey == key {
			first = next
		}
		switch t := g.lanes.release(key, first); {
		case t == nil:
		case g.ctx.Err() != nil:
			t.over() // it will not run
		default:
			g.begin(t)
		}
	}
}
