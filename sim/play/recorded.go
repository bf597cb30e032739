package play

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// A recording is compared with all that a gateway does, and in its order, but for
// what may have raced: what two conversations did at once was written down in one
// of its orders.

// Strands of a lane. What is in one is expected in the order in which it happens.
const (
	wholeLane = ""          // in a scenario, which says the order of all
	noStrand  = "any order" // results of calls that ended at once
)

// sockets numbers those of each gateway in the order in which it opened them.
type sockets struct {
	several bool           // there are several gateways
	opens   map[string]int // by gateway
	nth     map[int]int    // by connection, from 1
}

func newSockets(sc *scenario.Scenario) *sockets {
	return &sockets{several: len(sc.Gateways) > 0, opens: map[string]int{}, nth: map[int]int{}}
}

// opened takes in a socket.
func (s *sockets) opened(o *trace.Observation) {
	if s == nil {
		return
	}
	gateway := o.Peer
	if !s.several { // whether or not it says who it is
		gateway = ""
	}
	s.opens[gateway]++
	s.nth[o.Conn] = s.opens[gateway]
}

// strandOf names what an item of a recorded run cannot change places with.
func (i *item) strandOf() string {
	o := i.seen
	switch i.lane {
	case laneEvent, laneInterrupted:
		return o.Peer + " " + o.SessionKey
	case laneClose:
		return strconv.Itoa(o.Conn)
	case laneGateway:
		return o.Peer + " " + i.conversation()
	case laneOpen:
		return o.Peer
	}
	return noStrand
}

// conversation is what a frame of the gateway's belongs to. Beside what its agent
// sends, a gateway shows as typing, reacts, and sends the reply of a turn (OUT-9).
func (i *item) conversation() string {
	if i.op == "" {
		return i.frame.Type()
	}
	field := func(path ...string) string {
		s, _ := trace.Text(i.frame.Field(path...))
		return s
	}
	session, user := field("action", "session_key"), field("action", "metadata", "user_id")
	if user == "" { // as in 2026-06, where only the message that is answered tells two sessions apart
		user = field("action", "reply_to")
	}
	key := strings.Join([]string{field("action", "chat_id"), field("action", "metadata", "thread_id"), session, user}, " ")
	switch notify := i.frame.Field("action", "metadata", "notify"); {
	case i.op == "typing", i.op == "react":
		key += " " + i.op
	case string(notify) == "true":
		key += " reply"
	}
	return key
}

// raced says whether two items of a lane may come in any order.
func (i *item) raced(j *item) bool {
	controls := i.lane == laneGateway && (i.op == "" || j.op == "")
	return i.strand != j.strand && !controls
}

// lag is how much later than another of its gateway's conversations one that was
// recorded may have been than it is in a replay.
const lag = time.Second

// cutOff says whether what the recording does not have may have come after its
// last line, where that is not the last of the session.
func (r *run) cutOff(it *item) bool {
	cut := r.scenario.Recorded != nil && r.scenario.Recorded.Cut
	return cut && r.ledger.lanes[it.lane].last(it) && r.clock.sinceStart()-it.seen.At <= lag
}

// unread says whether a frame may have been sent in the recorded session too,
// where nobody read it: the connector closed the socket without a word.
func (r *run) unread(it *item) bool {
	on := func(name lane, from trace.Side) bool {
		return slices.ContainsFunc(r.ledger.lanes[name].items, func(other *item) bool {
			return other.seen.Conn == it.seen.Conn && other.seen.From == from
		})
	}
	return it.lane == laneGateway && on(laneClose, trace.Connector) && !on(laneConnector, trace.Connector)
}

// unrecorded says whether an item should be in the recording that is played:
// what a gateway does but its heartbeats.
func (r *run) unrecorded(it *item) (string, bool) {
	if r.unread(it) {
		return "", false
	}
	switch it.lane {
	case laneEvent:
		return "an event", !r.scenario.EventsUnknown
	case laneInterrupted:
		return "an interrupt of a turn", !r.scenario.EventsUnknown
	case laneOpen:
		return "a socket opened", true
	case laneClose:
		return "a close", it.seen.From == trace.Gateway && !r.scenario.Recorded.NoEnds
	case laneGateway:
		if it.op == "" {
			return article(it.frame.Type()), true
		}
		return article(it.op), it.op != "typing"
	}
	return "", false
}
