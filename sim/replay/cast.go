package replay

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// cast are the gateways of a recording, and which socket belongs to which: that
// of its peer, else that of whom it is authenticated as, else one that says the
// same hello and has no other socket open. A socket that tells nothing is the
// only gateway's.
type cast struct {
	gateways []*actor
	named    map[string]*actor // by peer and by gateway id
	socket   map[int]*actor
	open     map[int]*actor // those of socket that are not closed
	unknown  map[int]int    // sockets that have told nothing so far, and their lines
	framer   trace.Framer
	inside   bool // it shows more than the wire
	number   int  // of the line at hand
	orphan   int  // the first line of no socket that names no gateway
	said     bool // a gateway sent something, on no socket
}

// actor is a gateway of a recording, as far as all its lines must be read to
// know it.
type actor struct {
	name    string // in the scenario; "" for the only one
	peer    string // in the recording
	auth    bool   // it presented a token (AUTH-1)
	as      string // the gateway id it was authenticated as
	dialled bool   // there is a first socket
	first   door   // of it
	since   int    // its line
	said    bool   // it sent anything
	seen    bool   // something shows it but its sockets
	line    int    // the first that is about it
	hellos  []recording.Identity
	greeted int // the socket that they are from
}

func newCast() *cast {
	return &cast{named: map[string]*actor{}, socket: map[int]*actor{}, open: map[int]*actor{}, unknown: map[int]int{}}
}

// meet takes in a line.
func (c *cast) meet(l *recording.Line) {
	o := l.Observation
	c.number = l.Number
	switch {
	case o.Kind == trace.Open:
		c.opened(o)
	case o.Kind == trace.Frame:
		c.framed(o)
	case o.Kind == trace.Close:
		delete(c.open, o.Conn)
	case o.Kind != trace.Routed && o.Kind != trace.Agent && o.Kind != trace.Interrupted && o.Kind != trace.State:
	case o.Peer != "":
		c.inside = true
		c.name(o.Peer).seen = true
	case o.Kind != trace.State && c.orphan == 0:
		c.orphan = l.Number
	}
}

// name finds the gateway of a name, or meets it.
func (c *cast) name(name string) *actor {
	a := c.named[name]
	if a == nil {
		a = c.add()
		a.peer = name
		c.named[name] = a
	}
	return a
}

func (c *cast) add() *actor {
	a := &actor{line: c.number}
	c.gateways = append(c.gateways, a)
	return a
}

func (c *cast) opened(o *trace.Observation) {
	name := o.Peer
	if name == "" {
		name = o.AuthenticatedAs
	}
	if name == "" {
		c.unknown[o.Conn] = c.number
		c.socket[o.Conn] = &actor{} // until it is known whose it is
		c.socket[o.Conn].dial(o, c.number)
		return
	}
	a := c.name(name)
	if o.AuthenticatedAs != "" && c.named[o.AuthenticatedAs] == nil {
		c.named[o.AuthenticatedAs] = a
	}
	a.dial(o, c.number)
	c.socket[o.Conn], c.open[o.Conn] = a, a
}

// dial takes in how its upgrade was answered.
func (a *actor) dial(o *trace.Observation, line int) {
	a.auth = a.auth || o.Auth == "present"
	if o.AuthenticatedAs != "" {
		a.as = o.AuthenticatedAs
	}
	if !a.dialled {
		a.dialled, a.first, a.since = true, doorOf(o), line
	}
}

func (c *cast) framed(o *trace.Observation) {
	if o.From != trace.Gateway {
		return
	}
	c.framer.Frame(o)
	for _, f := range o.Frames {
		if f.Type() == "hello" {
			c.greet(o.Conn, f)
		}
	}
	o.Frames = nil
	if a := c.socket[o.Conn]; a != nil {
		a.said = true
	} else {
		c.said = true
	}
}

// greet takes in a hello. The identities of a gateway are those of the first
// socket that has any, in order (MP-1).
func (c *cast) greet(conn int, f trace.FrameLine) {
	var id recording.Identity
	id[0], _ = trace.Text(f.Field("platform"))
	id[1], _ = trace.Text(f.Field("botId"))
	a := c.socket[conn]
	if _, unknown := c.unknown[conn]; unknown || a == nil {
		known := c.alike(id)
		if a != nil {
			known.merge(a)
		}
		a = known
		delete(c.unknown, conn)
		c.socket[conn], c.open[conn] = a, a
	}
	if len(a.hellos) == 0 || a.greeted == conn {
		a.greeted = conn
		a.hellos = append(a.hellos, id)
	}
}

// alike finds the nameless gateway that says this hello and has no socket open,
// or meets another.
func (c *cast) alike(id recording.Identity) *actor {
	for _, a := range c.gateways {
		if a.peer == "" && slices.Contains(a.hellos, id) && !c.busy(a) {
			return a
		}
	}
	return c.add()
}

func (c *cast) busy(a *actor) bool {
	for _, other := range c.open {
		if other == a {
			return true
		}
	}
	return false
}

// merge takes in what a socket told before it was known to be the gateway's.
func (a *actor) merge(b *actor) {
	a.auth = a.auth || b.auth
	a.said = a.said || b.said
	if b.dialled && (!a.dialled || b.since < a.since) {
		a.dialled, a.first, a.since = true, b.first, b.since
	}
}

// plainName is what a gateway may be called in a scenario.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// complete gives every socket its gateway, and every gateway a name.
func (c *cast) complete(t *tape) error {
	switch {
	case len(c.gateways) == 0:
		c.add()
	case c.orphan > 0 && len(c.named) == 0: // those lines need no name where there is only one
		c.unite()
	}
	if err := c.rest(t); err != nil {
		return err
	}
	if len(c.gateways) == 1 {
		c.gateways[0].said = c.gateways[0].said || c.said
		return nil
	}
	for i, a := range c.gateways {
		if c.inside && !a.seen {
			return t.problemAt(a.line, fmt.Errorf("not playable: a socket of %s, of which no other line tells; was it opened by hand?", a))
		}
		if a.name = a.peer; !plainName.MatchString(a.name) || a.name == string(trace.Connector) {
			a.name = fmt.Sprintf("gateway-%d", i+1)
		}
	}
	if c.orphan > 0 {
		return t.problemAt(c.orphan, fmt.Errorf("not playable: nothing tells which of the %d gateways it is about: want peer", len(c.gateways)))
	}
	return nil
}

// unite makes one gateway of all: a socket whose end nobody wrote down looks like
// another's.
func (c *cast) unite() {
	first := c.gateways[0]
	for _, a := range c.gateways[1:] {
		first.merge(a)
	}
	for conn := range c.socket {
		if _, unknown := c.unknown[conn]; !unknown {
			c.socket[conn] = first
		}
	}
	c.gateways = c.gateways[:1]
}

// rest gives the sockets that told nothing to the only gateway.
func (c *cast) rest(t *tape) error {
	for conn, line := range c.unknown {
		if len(c.gateways) > 1 {
			return t.problemAt(line, fmt.Errorf("not playable: nothing tells which of the %d gateways opened socket %d: want peer", len(c.gateways), conn))
		}
		c.gateways[0].merge(c.socket[conn])
		c.socket[conn] = c.gateways[0]
	}
	return nil
}

func (a *actor) String() string {
	if a.peer != "" {
		return a.peer
	}
	return "a gateway without a name"
}

// of finds whom a line is about: nobody where it is not between the two.
func (c *cast) of(o *trace.Observation) *actor {
	switch a := c.socket[o.Conn]; {
	case len(c.gateways) == 1:
		return c.gateways[0]
	case o.Conn != 0 && a != nil:
		return a
	}
	return c.named[o.Peer]
}
