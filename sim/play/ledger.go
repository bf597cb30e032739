package play

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// lane is a kind of thing that is expected in the order in which it happens.
type lane string

const (
	laneEvent       lane = "event"
	laneGateway     lane = "gateway frame"
	laneConnector   lane = "connector frame"
	laneResult      lane = "result"
	laneInterrupted lane = "interrupted"
	laneOpen        lane = "open"
	laneClose       lane = "close"
	laneAnswer      lane = "answer"
	laneDropped     lane = "dropped"
	laneWake        lane = "wake"
	laneReported    lane = "reported"
)

var everyLane = []lane{
	laneEvent, laneGateway, laneConnector, laneResult, laneInterrupted, laneOpen, laneClose, laneAnswer, laneDropped, laneWake,
	laneReported,
}

// item is one thing that happened and that a step may expect, once.
type item struct {
	lane     lane
	index    int // in its lane
	seen     *trace.Observation
	cause    scenario.Pos    // the step after which it was seen
	frame    trace.FrameLine // for the two frame lanes
	strand   string          // in its lane; see recorded.go
	expected bool            // a step expected it

	answer *item // for an outbound frame: the result it got
	op     string
	view   any // what patterns are matched against, made on first use
}

// ledger keeps what happened and what of it was expected.
type ledger struct {
	log      *trace.Log
	revision *wire.Revision
	sockets  *sockets // nil: no recording is played

	read  int // observations taken in so far
	cause scenario.Pos
	lanes map[lane]*queue
	asked map[request]*item
	stood map[string]bool // gateways that have said where they stand, by name
}

// request names an outbound frame: ids are unique per connection (OUT-1).
type request struct {
	conn int
	id   string
}

func newLedger(log *trace.Log, rev *wire.Revision, sc *scenario.Scenario) *ledger {
	l := &ledger{log: log, revision: rev, lanes: map[lane]*queue{}, asked: map[request]*item{}, stood: map[string]bool{}}
	if sc.Recorded != nil {
		l.sockets = newSockets(sc)
	}
	for _, name := range everyLane {
		l.lanes[name] = &queue{past: map[string]int{}}
	}
	return l
}

// update takes in what happened since the last time, because of a step.
func (l *ledger) update(cause scenario.Pos) {
	l.cause = cause
	for _, o := range l.log.Since(l.read) {
		l.read = o.Seq
		switch o.Kind {
		case trace.Frame:
			for _, f := range o.Frames {
				l.addFrame(o, f)
			}
		case trace.Routed:
			l.add(&item{lane: laneEvent, seen: o})
		case trace.Agent:
			if o.Call != "return" && o.Call != "raise" {
				l.add(&item{lane: laneResult, seen: o})
			}
		case trace.Interrupted:
			l.add(&item{lane: laneInterrupted, seen: o})
		case trace.Open:
			l.sockets.opened(o)
			l.add(&item{lane: laneOpen, seen: o})
		case trace.Close:
			l.add(&item{lane: laneClose, seen: o})
		case trace.Answer:
			l.add(&item{lane: laneAnswer, seen: o})
		case trace.Note:
			i := &item{lane: laneDropped, seen: o}
			if o.From == trace.Gateway {
				i.lane = laneReported
			}
			l.add(i)
		case trace.Wake:
			l.add(&item{lane: laneWake, seen: o})
		case trace.State:
			l.stood[o.Peer] = true
		case trace.Buffered:
		}
	}
}

func (l *ledger) add(i *item) {
	q := l.lanes[i.lane]
	i.index, i.cause = q.gone+len(q.items), l.cause
	if l.sockets != nil {
		i.strand = i.strandOf()
	}
	q.items = append(q.items, i)
}

// forget drops what happened up to the observation seq: no step asks for it any
// more.
func (l *ledger) forget(seq int) {
	for _, name := range everyLane {
		l.lanes[name].forget(seq)
	}
	maps.DeleteFunc(l.asked, func(_ request, i *item) bool { return i.seen.Seq <= seq })
}

// unexpected calls visit for each item that no step expected, in the order in
// which they happened.
func (l *ledger) unexpected(visit func(*item)) {
	var list []*item
	for _, name := range everyLane {
		q := l.lanes[name]
		for _, i := range q.items[q.taken-q.gone:] {
			if !i.expected {
				list = append(list, i)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *item) int { return a.seen.Seq - b.seen.Seq })
	for _, i := range list {
		visit(i)
	}
}

// owed says whether a request has no result yet whose socket is up.
func (l *ledger) owed() bool {
	over := map[int]bool{}
	for _, c := range l.lanes[laneClose].items {
		over[c.seen.Conn] = true
	}
	for of, asked := range l.asked {
		if asked.answer == nil && !over[of.conn] {
			return true
		}
	}
	return false
}

func (l *ledger) addFrame(o *trace.Observation, f trace.FrameLine) {
	i := &item{lane: laneGateway, seen: o, frame: f}
	if o.From == trace.Connector {
		i.lane = laneConnector
	}
	switch f.Type() {
	case "outbound":
		i.op, _ = trace.Text(f.Field("action", "op"))
		l.asked[request{o.Conn, f.RequestID()}] = i
	case "outbound_result":
		if asked := l.asked[request{o.Conn, f.RequestID()}]; asked != nil && asked.answer == nil && i.lane == laneConnector {
			asked.answer = i
			asked.view = nil
		}
	}
	l.add(i)
}

// see returns what patterns are matched against.
func (i *item) see() any {
	if i.view == nil {
		i.view = i.look()
	}
	return i.view
}

func (i *item) look() any {
	o := i.seen
	switch i.lane {
	case laneEvent:
		return routedView(o, o.Event.JSON())
	case laneGateway, laneConnector:
		return i.frameView()
	case laneResult:
		return map[string]any{"call": o.Call, "args": trace.JSON(o.Args.JSON()), "result": trace.JSON(o.Result.JSON())}
	case laneInterrupted:
		return map[string]any{"session": o.SessionKey, "chat": o.ChatID, "active": o.ActiveTurn}
	case laneOpen:
		return map[string]any{"path": o.Path, "auth": o.Auth, "as": orNull(o.AuthenticatedAs), "status": number(o.Code)}
	case laneClose:
		return map[string]any{"code": number(o.Code), "reason": o.Reason, "from": string(o.From)}
	case laneAnswer:
		return map[string]any{"status": number(o.Code), "body": tree(o.Data)}
	case laneDropped, laneReported:
		return o.Reason
	case laneWake:
		return map[string]any{
			"method": o.Call, "path": o.Path, "headers": trace.JSON(o.Args.JSON()), "body": string(o.Data),
		}
	}
	return nil
}

// frameView is the frame itself; for a request, with the result it got beside it.
func (i *item) frameView() any {
	switch {
	case !i.frame.Valid():
		return string(i.frame.Line)
	case i.op == "":
		return trace.JSON(i.frame.Line)
	}
	return requestView{trace.JSON(i.frame.Line), i}
}

// requestView is an outbound frame with one member more: its result.
type requestView struct {
	trace.JSON
	request *item
}

// Pick picks from the frame, and the result; null while there is none.
func (v requestView) Pick(keys []string, values []any) {
	v.JSON.Pick(keys, values)
	if i := slices.Index(keys, "result"); i >= 0 {
		values[i] = v.result()
	}
}

func (v requestView) result() any {
	if v.request.answer == nil {
		return nil
	}
	raw := v.request.answer.frame.Field("result")
	if raw == nil {
		return match.Absent
	}
	return trace.JSON(raw)
}

// Tree is the frame with its result.
func (v requestView) Tree() any {
	tree, _ := v.JSON.Tree().(map[string]any)
	tree["result"] = v.result()
	if result, ok := tree["result"].(trace.JSON); ok {
		tree["result"] = result.Tree()
	}
	return tree
}

// routedView is an event that began a turn, as patterns see it.
func routedView(o *trace.Observation, event json.RawMessage) any {
	return map[string]any{
		"session_key": o.SessionKey, "session_id": o.SessionID, "notice": orNull(o.Notice), "event": trace.JSON(event),
	}
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// tree decodes JSON for patterns; what is none is text.
func tree(raw []byte) any {
	if v, ok := trace.Tree(raw); ok {
		return v
	}
	return string(raw)
}
