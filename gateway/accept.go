package gateway

import (
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// accept takes an event of so many bytes into its session's lane, or handles it
// as a command. It returns what is to begin now, nil when nothing does, and an
// error when the event has to be dropped. It never waits (FR-7).
func (g *Gateway) accept(e *wire.Event, size int) (begin func(), err error) {
	t := g.newTurn(session.Key(&e.Source, g.opt.Sessions, g.rev), e, size)
	if c, ok := e.Command(g.rev); ok && wire.KnownCommand(c.Name, g.rev) {
		return g.command(t, c)
	}
	return g.admit(t)
}

// admit lets a turn begin, or wait for its session.
func (g *Gateway) admit(t *Turn) (begin func(), err error) {
	t, err = g.lanes.admit(t)
	if t == nil {
		return nil, err
	}
	return func() { g.begin(t) }, nil
}
