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
	source  any // of pattern
	pattern *match.Pattern
	meant   func(*item) bool // nil: every item of the lane
}

// only narrows what w is about.
func (w *want) only(meant func(*item) bool) {
	before := w.meant
	w.meant = func(i *item) bool { return meant(i) && (before == nil || before(i)) }
}

// means says whether w is about this item of its lane at all.
func (w *want) means(it *item) bool { return w.meant == nil || w.meant(it) }

// expect compares a step's expectations with what happened, and lets virtual
// time pass while they do not hold and the step allows it.
func (r *run) expect(ctx context.Context, step *scenario.Step) error {
	if r.options.Connector != nil && step.Within == 0 {
		return r.expectLive(ctx, step)
	}
	deadline := r.clock.sinceStart() + step.Within
	for {
		r.ledger.update(step.Pos)
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
	var problems []verdict.Problem
	var wants []*want
	r.comparing = compared{}
	for i := range list {
		e := &list[i]
		switch {
		case e.State != nil:
			problems = append(problems, r.compareState(e)...)
		case e.Session != nil:
			problems = append(problems, r.compareSession(e)...)
		case e.Chat != nil:
			problems = append(problems, r.compareChat(e)...)
		case e.Buffer != nil:
			problems = append(problems, r.compareBuffer(e)...)
		case e.Nothing != nil:
			problems = append(problems, r.compareNothing(e)...)
		default:
			w, err := r.want(e)
			if err != nil {
				problems = append(problems, verdict.Problem{At: e.Pos.String(), Text: err.Error()})
				continue
			}
			wants = append(wants, w)
		}
	}
	taken, missing := r.assign(wants)
	for _, w := range missing {
		problems = append(problems, r.missing(w))
	}
	if len(problems) == 0 {
		r.take(wants, taken)
		r.compared.merge(&r.comparing)
	}
	return problems
}

// candidates are the items that w may match, in order.
func (r *run) candidates(w *want) []*item {
	var list []*item
	q := r.ledger.lanes[w.lane]
	for _, it := range q.ordered() {
		if !it.expected && !q.late(it) && w.means(it) {
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
			if r.fits(w, it) {
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

// fits says whether an item is what w wants.
func (r *run) fits(w *want, it *item) bool {
	p, _ := r.against(w, it)
	return len(p.Match(it.see(), lookup{r.variables})) == 0
}

// take marks the items as expected, keeps what the patterns capture, and moves
// each lane past what was matched.
func (r *run) take(wants []*want, taken []*item) {
	for i, w := range wants {
		p, unreported := r.against(w, taken[i])
		if p.Captures() {
			p.Match(taken[i].see(), r.variables)
		}
		r.count(w.source, unreported)
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
	nearest, _ := w.pattern.Nearest(views, lookup{r.variables})
	if nearest < 0 {
		p.Text = fmt.Sprintf("%s: no %s happened that is not already expected", w.text, w.lane)
		p.Diffs = w.pattern.Match(match.Absent, lookup{r.variables})
		return p
	}
	p.Text = fmt.Sprintf("%s: nothing matches; the nearest %s is #%d", w.text, w.lane, candidates[nearest].seen.Seq)
	p.Nearest, p.Seq = candidates[nearest].seen, candidates[nearest].seen.Seq
	closest, _ := r.against(w, candidates[nearest])
	p.Diffs = closest.Match(candidates[nearest].see(), lookup{r.variables})
	return p
}

// early finds an item that would have matched in another order.
func (r *run) early(w *want) *item {
	q := r.ledger.lanes[w.lane]
	for _, it := range q.open() {
		if !it.expected && q.late(it) && w.means(it) && r.fits(w, it) {
			return it
		}
	}
	return nil
}

// want makes an expectation a pattern over the items of a lane, once for the run.
func (r *run) want(e *scenario.Expectation) (*want, error) {
	if w, ok := r.wants[e]; ok {
		return w, nil
	}
	w := &want{at: e.Pos}
	w.source = r.aim(w, e)
	if name := e.On; name != "" {
		w.only(func(i *item) bool { return i.seen.Peer == name })
	}
	if e.Socket != 0 {
		w.only(func(i *item) bool { return r.ledger.sockets.nth[i.seen.Conn] == e.Socket })
	}
	var err error
	if w.pattern, err = match.Compile(w.source); err != nil {
		return nil, fmt.Errorf("%s: %w", w.text, err)
	}
	r.wants[e] = w
	return w, nil
}

// aim says which lane an expectation is about, and returns its pattern.
func (r *run) aim(w *want, e *scenario.Expectation) any {
	if op, action := expectedAction(e); action != nil {
		w.text, w.lane = "expect."+op, laneGateway
		w.meant = func(i *item) bool { return i.frame.Type() == "outbound" }
		return actionPattern(op, action, r.revision)
	}
	switch {
	case e.Event != nil:
		w.text, w.lane = "expect.event", laneEvent
		return routedPattern(e.Event, r.revision)
	case e.Frame != nil:
		w.text, w.lane = "expect.frame", laneGateway
		if e.From == string(trace.Connector) {
			w.lane = laneConnector
		}
		return e.Frame.Value
	case e.Result != nil:
		w.text, w.lane = "expect.result", laneResult
		w.meant = func(i *item) bool { return i.seen.At-i.seen.CalledAt >= e.Result.After }
		return resultPattern(e.Result)
	case e.Interrupted != nil:
		w.text, w.lane = "expect.interrupted", laneInterrupted
		return fields{}.set("session", e.Interrupted.Session).set("chat", e.Interrupted.Chat).set("active", e.Interrupted.Active).tree()
	case e.Open != nil:
		w.text, w.lane = "expect.open", laneOpen
		return fields{}.set("path", e.Open.Path).set("auth", e.Open.Auth).set("as", e.Open.As).set("status", e.Open.Status).tree()
	case e.Close != nil:
		w.text, w.lane = "expect.close", laneClose
		if e.From != "" {
			w.meant = func(i *item) bool { return string(i.seen.From) == e.From }
		}
		return fields{}.set("code", e.Close.Code).set("reason", e.Close.Reason).tree()
	case e.Answer != nil:
		w.text, w.lane = "expect.answer", laneAnswer
		return fields{}.set("status", e.Answer.Status).set("body", e.Answer.Body).tree()
	case e.Ack != nil:
		w.text, w.lane = "expect.ack", laneGateway
		return fields{"type": "inbound_ack"}.set("bufferId", e.Ack.Buffer).tree()
	case e.Wake != nil:
		w.text, w.lane = "expect.wake", laneWake
		return fields{}.set("path", e.Wake.Path).set("method", e.Wake.Method).set("headers", e.Wake.Headers).set("body", e.Wake.Body).tree()
	case e.Reported != nil:
		w.text, w.lane = "expect.reported", laneReported
		return e.Reported.Value
	default:
		w.text, w.lane = "expect.dropped", laneDropped
		return e.Dropped.Value
	}
}
