package compare

import (
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// Recording is a recording in its lanes. It is held whole: what is aligned may
// stand anywhere. The zero Recording is empty.
type Recording struct {
	// Revision is that of the contract; "" where it is not known.
	Revision string

	lanes map[string][]*Item
	order []string // of the lanes, as they begin

	inside  bool // it shows more than what crosses between the two
	framer  trace.Framer
	sockets map[int]int       // their numbers in the order of opening
	asked   map[asking]string // the key of each request
}

// Item is one thing that happened.
type Item struct {
	Line int    // in the file, from 1
	Seq  int    // of the observation
	What string // for people, such as "gateway → outbound send C1"

	key   string     // the contract's: only items with equal keys are compared
	tree  func() any // decodes it anew each time: a recording's trees take ten times its size
	mask  uint64     // a hash of the tree without its identifiers
	loose bool       // a field that is null may as well be missing
}

// asking names a request: ids are unique per connection (OUT-1).
type asking struct {
	conn int
	id   string
}

// place is an observation and its line.
type place struct {
	line int
	o    *trace.Observation
}

// The lanes of what does not cross between the two, and how their names begin.
const (
	turnsLane      = "turns of "
	callsLane      = "calls of "
	interruptsLane = "interrupts"
	edgeLane       = "edge"
)

// onWire says whether a lane is of what crosses between the two.
func onWire(lane string) bool {
	return lane != interruptsLane && lane != edgeLane && !strings.HasPrefix(lane, turnsLane) && !strings.HasPrefix(lane, callsLane)
}

// socket is the number of a socket in the order in which they were opened.
func (r *Recording) socket(conn int) int {
	if r.sockets[conn] == 0 {
		r.sockets[conn] = len(r.sockets) + 1
	}
	return r.sockets[conn]
}

// Add adds what a line of the file says to its lane. What a gateway called its
// state and what a connector did inside is left out: it is not between the two.
// Observations are added in their order, and not changed afterwards.
func (r *Recording) Add(line int, o *trace.Observation) {
	if r.lanes == nil {
		r.lanes, r.sockets, r.asked = map[string][]*Item{}, map[int]int{}, map[asking]string{}
	}
	r.framer.Frame(o)
	l := place{line, o}
	switch o.Kind {
	case trace.Frame:
		for _, f := range o.Frames {
			r.frame(l, f)
		}
	case trace.Open:
		r.add(l, fmt.Sprintf("socket %d", r.socket(o.Conn)), &Item{
			key: "open", What: "gateway → opens " + o.Path,
			tree: whole(map[string]any{"path": o.Path, "auth": o.Auth, "authenticated_as": orNull(o.AuthenticatedAs), "status": o.Code}),
		})
	case trace.Close:
		r.add(l, fmt.Sprintf("socket %d", r.socket(o.Conn)), &Item{
			key: "close", What: arrow(o.From) + "closes",
			tree: whole(map[string]any{"from": string(o.From), "code": o.Code, "reason": o.Reason}),
		})
	case trace.Routed:
		event := o.Event.JSON()
		r.add(l, turnsLane+o.SessionKey, &Item{
			key: "routed", What: "turn of " + o.SessionKey, loose: true,
			tree: func() any { return map[string]any{"session_key": o.SessionKey, "event": treeOr(event)} },
		})
	case trace.Agent:
		r.call(l)
	case trace.Interrupted:
		r.add(l, interruptsLane, &Item{
			key: "interrupted " + o.SessionKey, What: "interrupt of " + o.SessionKey,
			tree: whole(map[string]any{"session_key": o.SessionKey, "chat_id": o.ChatID, "active_turn": o.ActiveTurn}),
		})
	case trace.Answer:
		r.add(l, edgeLane, &Item{
			key: "answer " + o.Path, What: "edge answers " + o.Path,
			tree: whole(map[string]any{"path": o.Path, "status": o.Code, "body": treeOr(o.Data)}),
		})
	case trace.State, trace.Buffered, trace.Wake, trace.Note:
	}
	switch o.Kind {
	case trace.Routed, trace.Agent, trace.Interrupted, trace.State:
		r.inside = true
	}
}

// call adds a call of the agent's. Calls of different sessions race, so each
// session has a lane of its own.
func (r *Recording) call(l place) {
	o := l.o
	args, result := o.Args.JSON(), o.Result.JSON()
	session := o.SessionKey
	if session == "" {
		session, _ = trace.Text(trace.Field(o.Args.JSON(), "session_key"))
	}
	op := strings.TrimSuffix(strings.TrimPrefix(o.Call, "send_"), "_message")
	if strings.HasPrefix(o.Call, "send_for_") {
		op = "send"
	}
	chat, _ := trace.Text(trace.Field(o.Args.JSON(), "chat_id"))
	what := strings.TrimSpace("agent " + op + " " + chat + " " + session)
	r.add(l, callsLane+session, &Item{
		key: op + " " + chat, What: what,
		tree: func() any { return map[string]any{"args": treeOr(args), "result": treeOr(result)} },
	})
}

// frame adds one line of the contract's framing to its direction's lane. How
// lines were put into messages does not count.
func (r *Recording) frame(l place, f trace.FrameLine) {
	o := l.o
	line := f.Line
	item := &Item{tree: func() any { return treeOr(line) }}
	if !f.Valid() {
		item.key, item.What, item.tree = "no frame", "a line that is no frame", whole(string(line))
	} else {
		item.key = frameKey(f)
		switch f.Type() {
		case "outbound":
			r.asked[asking{o.Conn, f.RequestID()}] = strings.TrimPrefix(item.key, "outbound ")
		case "outbound_result":
			item.key = strings.TrimSpace(item.key + " of " + r.asked[asking{o.Conn, f.RequestID()}])
		case "passthrough_forward":
			item.tree = func() any { return withBody(treeOr(line)) }
		}
		item.What = item.key
	}
	item.What = arrow(o.From) + item.What
	r.add(l, fmt.Sprintf("socket %d from %s", r.socket(o.Conn), o.From), item)
}

func (r *Recording) add(l place, lane string, item *Item) {
	item.Line, item.Seq, item.key = l.line, l.o.Seq, blank(item.key)
	lane = blank(lane)
	item.mask = masked(item.tree(), item.loose)
	if _, there := r.lanes[lane]; !there {
		r.order = append(r.order, lane)
	}
	r.lanes[lane] = append(r.lanes[lane], item)
}

func arrow(from trace.Side) string {
	switch from {
	case trace.Gateway:
		return "gateway → "
	case trace.Connector:
		return "connector → "
	}
	return ""
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func whole(v any) func() any { return func() any { return v } }

// treeOr decodes JSON; what is none is its text.
func treeOr(raw []byte) any {
	if v, ok := trace.Tree(raw); ok {
		return v
	}
	return string(raw)
}
