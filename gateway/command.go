package gateway

import (
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// command handles a command that the gateway knows, at once, whether its session
// is busy or not (TURN-3). It returns what is to begin now, as accept does.
//
// Some commands the gateway answers, the others are the agent's: an ordinary
// turn where the session is idle.
func (g *Gateway) command(t *Turn, c wire.ParsedCommand) (begin func(), err error) {
	keys := g.meant(t)
	key := keys[len(keys)-1]
	switch {
	case wire.CancelsTurn(c.Name):
		return g.cancel(t, c, keys)
	case wire.Queues(c.Name):
		return g.queue(t, c, key)
	}
	busy := g.lanes.isBusy(key)
	if do := g.toSession(t, c, key); do != nil && !busy {
		if _, err := g.lanes.hold(key, false); err != nil {
			return nil, err
		}
		return g.answer(t, c, do, key)
	}
	do := g.toSay(c, key)
	if !busy && (do == nil || g.agentAnswers(t, c)) {
		return g.admit(t)
	}
	if do == nil {
		do = says(busyText(c))
	}
	return g.answer(t, c, do)
}

// agentAnswers says whether the agent answers a command in the gateway's place.
// One that fails does not: the command is handled and acknowledged all the same
// (FR-6, IDLE-5), and no session stays held for it.
func (g *Gateway) agentAnswers(t *Turn, c wire.ParsedCommand) (answers bool) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("relay: the agent panicked", "session", t.SessionKey, "command", c.Name, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	a, ok := g.opt.Agent.(Commander)
	return ok && a.Answers(t, c)
}

// cancel cancels the turns that a command is about. What waits behind them is
// handled when they have ended and the command is answered.
func (g *Gateway) cancel(t *Turn, c wire.ParsedCommand, keys []string) (begin func(), err error) {
	why := fmt.Errorf("cancelled by /%s", c.Name)
	var held, busy []string
	for _, key := range keys {
		running, err := g.lanes.hold(key, wire.ClearsQueue(c.Name))
		if err != nil {
			continue // no room for one more: it is idle, and nothing is in its way
		}
		held = append(held, key)
		if running != nil {
			running.cancel(why)
			busy = append(busy, key)
		}
	}
	if wire.ClearsQueue(c.Name) {
		return g.answer(t, c, func() outcome { return g.reset(keys) }, held...)
	}
	return g.answer(t, c, func() outcome { return g.suspend(busy) }, held...)
}

// queue lets the words behind a command be a turn of their own, after what waits
// (TURN-4). In an idle session it begins at once, and its reply is the answer.
func (g *Gateway) queue(t *Turn, c wire.ParsedCommand, key string) (begin func(), err error) {
	if c.Args == "" {
		return g.answer(t, c, says(queueUsage))
	}
	first, depth, err := g.lanes.enqueue(g.inPlaceOf(t, key, c.Args))
	switch {
	case errors.Is(err, errQueueFull):
		return g.answer(t, c, says(queueFullText))
	case err != nil:
		return nil, err
	case first != nil:
		return func() { g.begin(first) }, nil
	}
	return g.answer(t, c, says(queuedText(depth)))
}

// inPlaceOf is a turn about a text, in place of the command that asks for it,
// with that one's origin: who has written in the chat since is another (SC-6).
func (g *Gateway) inPlaceOf(t *Turn, key, text string) *Turn {
	e := *t.Event
	e.Text, e.MessageType, e.Pressed = text, typeText, false
	return &Turn{Event: &e, SessionKey: key, g: g, size: t.size + len(text), origin: t.origin}
}

// meant are the sessions that a command is about, the one last that it is about
// if it can be only one. That is its own; those of the turns that run where it was
// said and that its user could speak to there; and of one that was pressed (DI-2)
// that of its user's messages in that chat.
//
// The session of an interaction is not that of its user's messages: its platform
// is relay and its chat type channel, because the connector binds the capability
// to answer it under that key (DI-1, DI-6). TURN-3 wants /stop to reach a busy
// session; who says it means the turn that they see running in the chat, however
// either was said. So the sessions are looked for in which a message of that user,
// or an interaction, would be now: one that others share is among them, one of
// another user is not.
func (g *Gateway) meant(t *Turn) []string {
	running := slices.DeleteFunc(g.runningFor(&t.Event.Source), func(key string) bool { return key == t.SessionKey })
	if !t.Event.Pressed {
		return append(running, t.SessionKey)
	}
	keys := []string{t.SessionKey}
	if as, ok := g.chats.messageIn(t.Event.Source); ok {
		key := session.Key(&as, g.opt.Sessions, g.rev)
		if key != t.SessionKey && !slices.Contains(running, key) && g.knows(key) {
			keys = append(keys, key)
		}
	}
	return append(keys, running...)
}

// runningFor are the sessions of the turns that run where somebody says something
// and that what they say there would belong to.
func (g *Gateway) runningFor(src *wire.Source) []string {
	place := src.ChatID
	if src.ThreadID != "" {
		place = src.ThreadID // an interaction there names it as its channel
	}
	return g.lanes.busyIn(place, func(key string, running wire.Source) bool {
		return g.isOf(src.UserID, key, running)
	})
}

// isOf says whether what a user says where src comes from is of the session.
func (g *Gateway) isOf(user, key string, src wire.Source) bool {
	if src.UserID != user {
		src.UserID, src.UserIDAlt = user, ""
	}
	return session.Key(&src, g.opt.Sessions, g.rev) == key
}

func (g *Gateway) knows(key string) bool {
	_, ok := g.store.Entry(key)
	return ok
}
