package gateway

import (
	"context"
	"sync"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/wire"
)

// The errors of a call that the connector did not answer (OUT-4, OUT-5).
const (
	textTimedOut     = "relay outbound timed out"
	textNotConnected = "relay transport not connected"
	textLost         = "relay connection lost"
)

func failure(text string) wire.Result { return wire.Result{Error: text} }

// call is one request that waits for its result (OUT-6).
type call struct {
	id     string
	conn   *conn
	result wire.Result   // written by settle
	done   chan struct{} // holds one token once result is written
	timer  *quartz.Timer // (OUT-4)
}

// callPool keeps calls that are over, with their channel and timer.
type callPool struct{ pool sync.Pool }

// get returns a call for the connection.
func (p *callPool) get(c *conn) *call {
	k, _ := p.pool.Get().(*call)
	if k == nil {
		k = &call{done: make(chan struct{}, 1)}
	}
	k.id, k.conn = c.g.opt.NewID(), c
	return k
}

// put takes a call back, unless its timer does not run: then it may have fired,
// and expire may still be about to look at it.
func (p *callPool) put(k *call) {
	if k.timer != nil && k.timer.Stop() {
		k.id, k.conn, k.result = "", nil, wire.Result{}
		p.pool.Put(k)
	}
}

// request sends one action and waits for its result. The calling goroutine
// has begun.
func (c *conn) request(ctx context.Context, a *wire.Action, to address) wire.Result {
	k := c.g.calls.get(c)
	defer c.g.calls.put(k)
	if refused := c.register(k); refused != "" {
		return failure(refused)
	}
	k.startTimer()
	if err := c.writeOutbound(k.id, a, to); err != nil {
		c.broken(err) // ends the socket, which settles the call
	}
	return k.wait(ctx)
}

// startTimer begins the time that the connector has (OUT-4). The call is
// registered: a timer that fired before would find nothing to expire, and the
// call would wait for ever.
func (k *call) startTimer() {
	limit := k.conn.g.opt.RequestTimeout
	if k.timer == nil {
		k.timer = k.conn.g.clock.AfterFunc(limit, k.expire)
	} else {
		k.timer.Reset(limit)
	}
}

// register makes the call findable, or says why not.
func (c *conn) register(k *call) (refused string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over:
		return textNotConnected
	case c.pending[k.id] != nil:
		return "request id " + k.id + " is in use (OUT-1)"
	}
	c.pending[k.id] = k
	return ""
}

// claim takes the call with an id out of the pending ones; nil when there is
// none. Who gets it settles it.
func (c *conn) claim(id string) *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := c.pending[id]
	delete(c.pending, id)
	return k
}

// claimThis takes k out of the pending ones, or says that somebody else has.
func (c *conn) claimThis(k *call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pending[k.id] != k {
		return false
	}
	delete(c.pending, k.id)
	return true
}

// resolve gives a result to the call that waits for it, if there is one (OUT-6).
func (c *conn) resolve(id string, raw []byte) {
	k := c.claim(id)
	if k == nil {
		c.g.log.Debug("relay: result for no pending request", "request", id)
		return
	}
	k.settle(wire.DecodeResult(raw))
}

// settle wakes the waiting goroutine with a result. It is called once a call.
func (k *call) settle(r wire.Result) {
	k.result = r
	k.conn.g.work.Begin()
	k.done <- struct{}{}
}

func (k *call) expire() {
	if k.conn.claimThis(k) {
		k.settle(failure(textTimedOut))
	}
}

// wait returns the result, or a failure when ctx ends first.
func (k *call) wait(ctx context.Context) wire.Result {
	k.conn.g.work.End()
	select {
	case <-k.done:
	case <-ctx.Done():
		if k.conn.claimThis(k) {
			k.settle(failure(context.Cause(ctx).Error()))
		}
		<-k.done // whoever settled it has begun for us
	}
	return k.result
}
