package gateway

import (
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
)

// receive handles one line. Whatever is wrong with it, and whatever a handler
// does, the next line is handled (FR-3, FR-6).
func (c *conn) receive(line []byte) {
	defer func() {
		if p := recover(); p != nil {
			c.g.log.Error("relay: a handler failed, reading on", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f, err := wire.Scan(line)
	if err != nil {
		c.g.log.Warn("relay: line skipped", "error", err)
		return
	}
	switch f.Type {
	case wire.TypeOutboundResult:
		c.resolve(f.RequestID, f.Result)
	case wire.TypeInbound:
		c.inbound(&f)
	case wire.TypePassthroughForward:
		c.forward(&f)
	case wire.TypeInterruptInbound:
		c.g.interrupt(f.SessionKey, f.ChatID)
	case wire.TypeDescriptor:
		c.descriptor(f.Descriptor)
	case wire.TypeGoingIdleAck:
		c.idleAcked()
	default:
		c.g.log.Debug("relay: frame ignored", "type", f.Type) // (FR-4)
	}
}

// inbound hands an event to its lane (IN-1).
func (c *conn) inbound(f *wire.Frame) {
	e, err := wire.DecodeEvent(f.Event, c.g.rev)
	if err != nil {
		c.dropped(f, "inbound", err) // (IN-5)
		return
	}
	e.Text = wire.CoercePlainCommand(e.Text, e.Source.ChatType) // (IN-9)
	c.g.startThread(e)
	c.deliver(f, e)
}

// forward takes a provider's request: an interaction becomes an event, and
// nothing else has a handler (PT-4, PT-5).
func (c *conn) forward(f *wire.Frame) {
	fw, err := wire.DecodeForward(f.Forward)
	if err != nil {
		c.dropped(f, "forward", err) // (PT-6)
		return
	}
	if fw.Platform != "discord" {
		c.dropped(f, "forward", fmt.Errorf("platform %q has no handler (PT-5)", fw.Platform))
		return
	}
	e, err := wire.EventFromInteraction(fw.Body, c.g.rev)
	if err != nil {
		c.dropped(f, "forward", err) // (PT-6)
		return
	}
	c.deliver(f, e)
}

// deliver has an event accepted, acknowledges it, and lets begin what it began.
// The ack is said before that can say anything. A press that answers a
// prompt goes no further (PRM-5).
func (c *conn) deliver(f *wire.Frame, e *wire.Event) {
	if c.pressed(e) {
		c.acknowledge(f)
		return
	}
	begin, err := c.g.accept(e, len(f.Event)+len(f.Forward))
	if err != nil {
		c.dropped(f, "event", err)
		return
	}
	c.acknowledge(f)
	if begin != nil {
		begin()
	}
}

// dropped says so in the log, and acknowledges: a poison entry must not block
// the ones behind it (IDLE-5, PT-7).
func (c *conn) dropped(f *wire.Frame, what string, why error) {
	c.g.log.Warn("relay: dropped", slog.String("what", what), slog.Any("error", why))
	c.acknowledge(f)
}

func (c *conn) acknowledge(f *wire.Frame) {
	if c.g.rev.AcksBuffered && f.BufferID != "" {
		c.post(wire.AppendInboundAck(nil, f.BufferID))
	}
}

// descriptor adopts a descriptor. The first one of a connection ends its
// handshake (HS-1, HS-6).
func (c *conn) descriptor(raw []byte) {
	d, err := wire.DecodeDescriptor(raw, c.g.rev)
	if err != nil {
		if c.ready {
			c.g.log.Warn("relay: descriptor skipped", "error", err)
			return
		}
		c.end(websocket.StatusProtocolError, err.Error(), err) // (HS-4)
		return
	}
	c.table.add(d)
	if !c.ready {
		c.shakeHands()
	}
}

// shakeHands ends the handshake: from here on the gateway is connected.
func (c *conn) shakeHands() {
	c.mu.Lock()
	timer := c.handshake
	c.handshake = nil
	c.mu.Unlock()
	timer.Stop()
	c.ready = true
	c.g.met = true
	c.g.descs.Store(&c.table)
	c.g.conn.Store(c)
	c.g.setState(Connected, nil)
}
