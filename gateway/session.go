package gateway

import (
	"errors"

	"github.com/relaysim/relaysim/gateway/session"
)

// What the gateway tells its session store (SES). The store waits for a disk
// only where it saves: that is for the goroutines of turns and of Run, never
// for the one that reads the socket (FR-7).

// openSessions begins a life of the store. Sessions that cannot be read are
// reported and the gateway goes on without them (SES-7).
func (g *Gateway) openSessions() error {
	err := g.store.Open()
	var aside *session.SetAsideError
	if errors.As(err, &aside) {
		g.log.Error("relay: begins without the sessions of before", "error", aside)
		if g.opt.Observer != nil {
			g.opt.Observer.SessionsSetAside(aside)
		}
		return nil
	}
	return err
}

// closeSessions leaves the marker of a clean stop (SES-8).
func (g *Gateway) closeSessions() {
	if err := g.store.Close(); err != nil {
		g.log.Error("relay: the sessions were not closed", "error", err)
	}
}

// releaseSessions lets another process have them.
func (g *Gateway) releaseSessions() {
	if err := g.store.Release(); err != nil {
		g.log.Error("relay: the sessions were not released", "error", err)
	}
}

// saveSessions keeps what has changed. What cannot be kept is tried again with
// the next change.
func (g *Gateway) saveSessions() {
	if err := g.store.Save(); err != nil {
		g.log.Error("relay: the sessions were not saved", "error", err)
	}
}

// began takes the turn into its session (SES-2).
func (t *Turn) began() {
	m := session.Message{Text: t.Event.Text, MessageID: t.Event.MessageID}
	t.Session, t.Notice = t.g.store.Begin(t.SessionKey, &t.Event.Source, m)
}

// ended tells the session how the agent's part of the turn went (SES-10).
func (t *Turn) ended(reply string, err error) {
	reply = t.whole(reply)
	switch {
	case err != nil:
		t.g.store.Fail(&t.Session, "")
	case t.wasInterrupted():
		t.g.store.Fail(&t.Session, reply)
	default:
		t.g.store.Succeed(&t.Session, reply)
	}
}

// Work says that background work of the turn's session is active until done is
// called, which any goroutine may do, more than once: so long the session does
// not expire (SES-4).
func (t *Turn) Work() (done func()) { return t.g.store.Work(t.SessionKey) }
