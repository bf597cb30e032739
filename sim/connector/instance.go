package connector

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/trace"
)

// instance is one gateway of a tenant as far as deliveries go: what comes for it
// is written to its socket at once, or waits in its buffer until it is drained
// (IDLE-2…IDLE-4). Whoever delivers, acknowledges or hangs up takes its lock, so
// that what is written has one order.
type instance struct {
	c    *Connector
	name buffer.Name
	peer string // the name of its gateway, for notes
	// wakeURL is what is asked for to wake it up; empty: nothing (WAKE-3).
	wakeURL string
	// keeps says that its gateways acknowledge what was buffered (r8); a
	// going_idle shows it as well. What comes for any other while it is away is
	// dropped.
	keeps atomic.Bool

	mu     sync.Mutex
	socket *socket // the newest that has shaken hands and not said going_idle; nil: away
	live   bool    // the buffer was empty on socket: nothing is before what comes
	sent   string  // the entry that was delivered and not acknowledged; empty: none

	nap   int // counts its flips, those that another instance of the connector may have seen too
	woken int // the last nap from which a poke has woken it; none has from 0
}

// newInstance is an instance that is away. What a connector before this one has
// kept for it is still there.
func newInstance(c *Connector, name buffer.Name, g Gateway) *instance {
	i := &instance{c: c, name: name, peer: g.Name, wakeURL: g.WakeURL, nap: 1}
	kept, err := c.buffers.State(name)
	i.keeps.Store(g.Buffered || kept.Flipped || kept.Entries > 0)
	if err != nil {
		c.note(i.peer, "the buffer cannot be read: "+err.Error())
	}
	return i
}

// reachable says whether what comes for the instance can get to it though it is
// not here: it waits, or another instance of the connector may have its socket.
func (i *instance) reachable() bool { return i.keeps.Load() || i.c.others != nil }

// deliver writes a frame to a socket of the instance, or puts it behind what is
// buffered. A nil socket is none here: then the others are told (BUS-1).
func (i *instance) deliver(frame []byte, to *socket) error {
	kept, err := i.deliverHere(frame, to)
	switch {
	case i.c.others == nil:
	case kept:
		i.c.tell(i.name.Tenant, told{Kind: toldBuffered, Instance: i.name.Instance})
	case errors.Is(err, errNoSocket):
		// Nobody answers on the bus: only the note tells that it may be lost.
		i.c.note(i.peer, "not delivered here: no socket of its gateway; it keeps no buffer, so unless another instance holds one this is lost")
		i.c.tell(i.name.Tenant, told{Kind: toldEvent, Instance: i.name.Instance, Frame: frame})
		return nil
	}
	return err
}

// deliverHere is deliver without the others, and says whether the frame waits. A
// nil socket is the newest.
func (i *instance) deliverHere(frame []byte, to *socket) (kept bool, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	err = errNoSocket
	if to == nil {
		to = i.socket
	}
	i.lookAround()
	if i.live && to != nil {
		if err = to.write(frame, false); err == nil {
			return false, nil
		} // it has ended just now
	}
	if !i.keeps.Load() {
		return false, err
	}
	if err = i.buffer(frame); err == nil {
		i.drain()
	}
	return err == nil, err
}

// lookAround ends live delivery where another instance of the connector has put
// something before what comes. The lock is held.
func (i *instance) lookAround() {
	if i.live && i.c.others != nil && i.keeps.Load() {
		kept, err := i.c.buffers.State(i.name)
		i.live = err == nil && kept.Entries == 0
	}
}

// nudged drains what another instance of the connector has put into the buffer.
func (i *instance) nudged() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lookAround()
	if !i.live {
		i.drain()
	}
}

// release ends deliveries here: the newest socket is elsewhere.
func (i *instance) release() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.socket, i.live, i.sent = nil, false, ""
	i.nap++ // from there it will go idle
}

// buffer puts a frame behind what waits.
func (i *instance) buffer(frame []byte) error {
	e, state, err := i.c.buffers.Append(i.name, frame)
	if err != nil {
		return err
	}
	i.c.observe(&trace.Observation{
		Kind: trace.Buffered, Peer: i.peer, From: trace.Connector, Data: withBufferID(frame, e.ID),
	})
	if state.Flipped {
		i.wake()
	}
	return nil
}

// attach answers a socket's hello and begins deliveries to it: first what is
// buffered (IDLE-4). A nil answer is given by somebody else, nobody knows when:
// then what is buffered waits for the next handshake.
func (i *instance) attach(s *socket, answer []byte) {
	i.c.tell(i.name.Tenant, told{Kind: toldAttached, Instance: i.name.Instance})
	i.mu.Lock()
	defer i.mu.Unlock()
	i.socket, i.live, i.sent = s, false, ""
	s.attached = true
	if kept, err := i.c.buffers.State(i.name); answer == nil && (err != nil || kept.Entries > 0) {
		return
	}
	s.answerHello(answer)
	i.drain()
}

// drain delivers the next entry unless one is not acknowledged yet. When there is
// none the flip clears. The lock is held.
func (i *instance) drain() {
	if i.socket == nil || i.sent != "" {
		return
	}
	e, found, err := i.c.buffers.First(i.name)
	switch {
	case err != nil:
		i.c.note(i.peer, "the buffer cannot be read: "+err.Error())
	case found:
		i.sent = e.ID
		// A socket that has just ended is detached by its reader, and the entry
		// stays where it is.
		_ = i.socket.write(withBufferID(e.Frame, e.ID), false)
	default:
		i.live = true
		i.flip(false)
	}
}

func (i *instance) flip(flipped bool) {
	if err := i.c.buffers.Flip(i.name, flipped); err != nil {
		i.c.note(i.peer, "the flip cannot be kept: "+err.Error())
	}
}

// acknowledge takes the entry out that the instance was sent, and sends the next.
// Any other id is unknown, somebody else's, or has been acknowledged before, and
// changes nothing (IDLE-6).
func (i *instance) acknowledge(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if id == "" || id != i.sent {
		i.c.logger.Info("ignored an ack", "peer", i.peer, "bufferId", id)
		return
	}
	i.sent = ""
	if _, err := i.c.buffers.Remove(i.name, id); err != nil {
		i.c.note(i.peer, "an ack cannot be kept: "+err.Error())
	}
	i.drain()
}

// goIdle flips the instance to buffered-only. What was sent may still be
// acknowledged (IDLE-2). A goodbye on a socket that a newer one has replaced
// means that socket only.
func (i *instance) goIdle(s *socket) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.socket != nil && i.socket != s {
		return
	}
	i.keeps.Store(true)
	i.socket, i.live = nil, false
	i.nap++
	i.flip(true)
}

// detach ends deliveries to a socket that has ended. An older one that is still
// open takes its place.
func (i *instance) detach(s *socket) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.socket == s {
		i.socket, i.live, i.sent = i.c.routes.newest(func(s *socket) bool {
			return s.record.instance == i && s.takesEvents() && s.attached
		}), false, ""
		i.drain()
	}
}

// forget drops what waits for an instance that is no more (REV-3).
func (i *instance) forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keeps.Store(false)
	if err := i.c.buffers.Forget(i.name); err != nil {
		i.c.note(i.peer, "the buffer cannot be dropped: "+err.Error())
	}
}

// withBufferID is a frame's line with a bufferId as its last member.
func withBufferID(frame []byte, id string) []byte {
	end := slices.Index(frame[len(frame)-2:], '}') + len(frame) - 2
	b := append(make([]byte, 0, len(frame)+len(id)+16), frame[:end]...)
	b = appendText(append(b, `,"bufferId":`...), id)
	return append(b, "}\n"...)
}

// Buffered is what waits for the instance of a gateway, as it will be delivered,
// the oldest first, and whether the instance is flipped (IDLE-2, IDLE-3). Gateway
// is its id or its name.
func (c *Connector) Buffered(gateway string) (frames [][]byte, flipped bool, err error) {
	r := c.routes.recordNamed(gateway)
	if r == nil {
		return nil, false, fmt.Errorf("gateway %q is not known", gateway)
	}
	state, err := c.buffers.State(r.instance.name)
	if err != nil {
		return nil, false, err
	}
	entries, err := c.buffers.List(r.instance.name)
	for _, e := range entries {
		frames = append(frames, withBufferID(e.Frame, e.ID))
	}
	return frames, state.Flipped, err
}
