package play

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/target"
)

// rehearsal is the built-in gateway without what a target lacks.
type rehearsal struct {
	target.BuiltIn
	hands    hands
	revision *wire.Revision
}

// Bench makes room for a gateway.
func (r rehearsal) Bench(a target.Agent) target.Bench {
	switch {
	case len(r.hands.unreported) > 0:
		a = uninformed{a, r.revision, r.hands.unreported}
	case r.hands.commands:
		a = struct{ target.Agent }{a} // which is no gateway.Commander
	}
	return &rehearsing{Bench: r.BuiltIn.Bench(a), hands: r.hands}
}

type rehearsing struct {
	target.Bench
	hands hands
	still *quartz.Mock // of all lives; nil before the first
}

// New makes a gateway with its hands tied.
func (r *rehearsing) New(o gateway.Options) (target.Gateway, error) {
	if r.hands.clock {
		if r.still == nil {
			r.still = quartz.NewMock(&clockFaults{}).WithLogger(quartz.NoOpLogger)
			r.still.Set(o.Clock.Now())
		}
		o.Clock = r.still
	}
	for _, option := range r.hands.options {
		switch option {
		case "back_off":
			o.BackOff = 0
		case "handshake_timeout":
			o.HandshakeTimeout = 0
		case "request_timeout":
			o.RequestTimeout = 0
		case "max_message":
			o.MaxMessage = 0
		case "reconnect":
			o.NoReconnect = false
		case "typing":
			o.NoTyping = false
		case "commands":
			o.Commands = nil
		case "group_sessions_per_user":
			o.Sessions.SharedGroups = false
		case "thread_sessions_per_user":
			o.Sessions.ThreadsPerUser = false
		case "whatsapp_aliases":
			o.Sessions = session.KeyOptions{SharedGroups: o.Sessions.SharedGroups, ThreadsPerUser: o.Sessions.ThreadsPerUser}
		}
	}
	return r.Bench.New(o)
}

// begins is when a run's clock begins: today where a half has its own time, for
// tokens are minted and checked by that.
func (o *Options) begins() time.Time {
	about := o.Target.Describe()
	r, rehearses := o.Target.(rehearsal)
	if o.Connector != nil && o.Connector.Program == nil || !about.Able(target.Clock) || rehearses && r.hands.clock {
		return time.Now().Truncate(time.Second) // on which tokens end
	}
	return time.Time{}
}

// uninformed is an agent that is not told all of its turns. It is no
// gateway.Commander.
type uninformed struct {
	target.Agent
	revision   *wire.Revision
	unreported []string // by their paths
}

// Turn takes a turn as another program reports it.
func (u uninformed) Turn(ctx context.Context, g *gateway.Turn) (string, error) {
	t := turnOf(g)
	event := tree(t.JSON(u.revision))
	for _, path := range u.unreported {
		switch path {
		case "session_id", "notice":
			t.SessionID, t.Notice = "", ""
		default:
			without(event, strings.Split(path, ".")[1:])
		}
	}
	raw, err := json.Marshal(event)
	if err != nil {
		return "", err
	}
	if t.Event, err = target.DecodeEvent(raw, u.revision); err != nil {
		return "", err
	}
	t.Raw = raw
	return u.Handle(ctx, t)
}

// without takes a member out of a tree.
func without(of any, path []string) {
	for _, name := range path[:len(path)-1] {
		fields, _ := of.(map[string]any)
		of = fields[name]
	}
	if fields, ok := of.(map[string]any); ok {
		delete(fields, path[len(path)-1])
	}
}
