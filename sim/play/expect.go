package play

import (
	"context"
	"errors"
	"fmt"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// errExpectation says that an expectation did not hold; its problems are
// already noted.
var errExpectation = errors.New("an expectation did not hold")

// want is one expectation, ready to be compared with the items of a lane.
type want struct {
	at      scenario.Pos
	text    string // for people: expect.follow_up
	lane    lane
	pattern any
	meant   func(*item) bool // nil: every item of the lane
}

// means says whether w is about this item of its lane at all.
func (w *want) means(it *item) bool { return w.meant == nil || w.meant(it) }

// expect compares a step's expectations with what happened, and lets virtual
// time pass while they do not hold and the step allows it.
func (r *run) expect(ctx context.Context, step *scenario.Step) error {
	deadline := r.clock.sinceStart() + step.Within
	for {
		problems := r.compare(step.Expect)
		if len(problems) == 0 {
			return nil
		}
		left := deadline - r.clock.sinceStart()
		if left <= 0 {
			r.problems = append(r.problems, problems...)
			return errExpectation
		}
		if err := r.pass(ctx, left, true); err != nil {
			return err
		}
	}
}

// compare matches a list of expectations in any order. Nothing is kept unless
// all of them hold.
func (r *run) compare(list []scenario.Expectation) []verdict.Problem {
	r.ledger.update()
	var problems []verdict.Problem
	var wants []*want
	for i := range list {
		e := &list[i]
		switch {
		case e.State != nil:
			problems = append(problems, r.compareState(e)...)
		case e.Chat != nil:
			problems = append(problems, r.compareChat(e)...)
		case e.Nothing != nil:
			problems = append(problems, r.compareNothing(e)...)
		default:
			wants = append(wants, r.want(e))
		}
	}
	taken, missing := r.assign(wants)
	for _, w := range missing {
		problems = append(problems, r.missing(w))
	}
	if len(problems) == 0 {
		r.take(wants, taken)
	}
	return problems
}

// candidates are the items that w may match, in order.
func (r *run) candidates(w *want) []*item {
	var list []*item
	for _, it := range r.ledger.lanes[w.lane].open(r.scenario.AnyOrder) {
		if !it.expected && w.means(it) {
			list = append(list, it)
		}
	}
	return list
}

// assign gives each want an item of its own. An earlier want may have to give
// way to a later one that fits nothing else.
func (r *run) assign(wants []*want) (taken []*item, missing []*want) {
	fits := make([][]*item, len(wants))
	for i, w := range wants {
		for _, it := range r.candidates(w) {
			if len(matchPattern(w.pattern, it.see(), lookup{r.variables})) == 0 {
				fits[i] = append(fits[i], it)
			}
		}
	}
	owner := map[*item]int{}
	for i, w := range wants {
		if !augment(i, fits, owner, map[*item]bool{}) {
			missing = append(missing, w)
		}
	}
	taken = make([]*item, len(wants))
	for it, i := range owner {
		taken[i] = it
	}
	return taken, missing
}

// augment finds want i an item, moving others out of its way (Kuhn).
func augment(i int, fits [][]*item, owner map[*item]int, tried map[*item]bool) bool {
	for _, it := range fits[i] {
		if tried[it] {
			continue
		}
		tried[it] = true
		if j, ok := owner[it]; !ok || augment(j, fits, owner, tried) {
			owner[it] = i
			return true
		}
	}
	return false
}

// take marks the items as expected, keeps what the patterns capture, and moves
// each lane past what was matched.
func (r *run) take(wants []*want, taken []*item) {
	for i, w := range wants {
		matchPattern(w.pattern, taken[i].see(), r.variables)
		r.ledger.lanes[w.lane].take(taken[i])
	}
}

// lookup is the variables without their captures, for matches that may come to nothing.
type lookup struct{ *variables }

// Capture keeps nothing.
func (lookup) Capture(string, any) {}

// missing says what was wanted and what came closest.
func (r *run) missing(w *want) verdict.Problem {
	p := verdict.Problem{At: w.at.String(), Seq: r.log.Len()}
	candidates := r.candidates(w)
	if early := r.early(w); early != nil {
		p.Text = fmt.Sprintf("%s: it happened before what the step above expects, at #%d", w.text, early.seen.Seq)
		p.Nearest, p.Seq = early.seen, early.seen.Seq
		return p
	}
	views := make([]any, len(candidates))
	for i, c := range candidates {
		views[i] = c.see()
	}
	nearest, diffs := match.Nearest(w.pattern, views, lookup{r.variables})
	if nearest < 0 {
		p.Text = fmt.Sprintf("%s: no %s happened that is not already expected", w.text, w.lane)
		p.Diffs = matchPattern(w.pattern, match.Absent, lookup{r.variables})
		return p
	}
	p.Text = fmt.Sprintf("%s: nothing matches; the nearest %s is #%d", w.text, w.lane, candidates[nearest].seen.Seq)
	p.Nearest, p.Diffs, p.Seq = candidates[nearest].seen, diffs, candidates[nearest].seen.Seq
	return p
}

// early finds an item that would have matched in another order.
func (r *run) early(w *want) *item {
	q := r.ledger.lanes[w.lane]
	for _, it := range q.items[q.taken:max(q.past, q.taken)] {
		if it.expected || !w.means(it) {
			continue
		}
		if len(matchPattern(w.pattern, it.see(), lookup{r.variables})) == 0 {
			return it
		}
	}
	return nil
}

// want makes an expectation a pattern over the items of a lane.
func (r *run) want(e *scenario.Expectation) *want {
	w := &want{at: e.Pos}
	from := func(s trace.Side) func(*item) bool { return func(i *item) bool { return i.seen.From == s } }
	if op, action := expectedAction(e); action != nil {
		w.text, w.lane, w.pattern = "expect."+op, laneGateway, actionPattern(op, action, r.revision)
		w.meant = func(i *item) bool { return i.frame.Type() == "outbound" }
		return r.on(w, e.On)
	}
	switch {
	case e.Event != nil:
		w.text, w.lane, w.pattern = "expect.event", laneEvent, routedPattern(e.Event, r.revision)
	case e.Frame != nil:
		w.text, w.lane, w.pattern = "expect.frame", laneGateway, e.Frame.Value
		if e.From == string(trace.Connector) {
			w.lane = laneConnector
		}
	case e.Result != nil:
		w.text, w.lane, w.pattern = "expect.result", laneResult, resultPattern(e.Result)
		w.meant = func(i *item) bool { return i.seen.At-i.seen.CalledAt >= e.Result.After }
	case e.Interrupted != nil:
		x := e.Interrupted
		w.text, w.lane = "expect.interrupted", laneInterrupted
		w.pattern = map[string]any(fields{}.set("session", x.Session).set("chat", x.Chat).set("active", x.Active))
	case e.Open != nil:
		x := e.Open
		w.text, w.lane = "expect.open", laneOpen
		w.pattern = map[string]any(fields{}.set("path", x.Path).set("auth", x.Auth).set("as", x.As).set("status", x.Status))
	case e.Close != nil:
		w.text, w.lane = "expect.close", laneClose
		w.pattern = map[string]any(fields{}.set("code", e.Close.Code).set("reason", e.Close.Reason))
		if e.From != "" {
			w.meant = from(trace.Side(e.From))
		}
	case e.Answer != nil:
		w.text, w.lane = "expect.answer", laneAnswer
		w.pattern = map[string]any(fields{}.set("status", e.Answer.Status).set("body", e.Answer.Body))
	case e.Dropped != nil:
		w.text, w.lane, w.pattern = "expect.dropped", laneDropped, e.Dropped.Value
	}
	return r.on(w, e.On)
}

// on narrows w to one gateway or socket.
func (r *run) on(w *want, name string) *want {
	if name == "" {
		return w
	}
	meant := w.meant
	w.meant = func(i *item) bool { return i.seen.Peer == name && (meant == nil || meant(i)) }
	return w
}
