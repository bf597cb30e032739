// Package mimic plays the gateway of a recording to a connector: it dials, sends
// what the recorded gateway sent, and compares the answers with the recorded
// ones. The connector may be anybody's. What it does of its own accord, such as
// passing on what users write, is not asked for and not compared.
//
// Requests keep their ids, which are unique per connection. Ids that the
// connector makes, such as those of messages, differ in every run: the ones that
// come back take the recorded ones' places in what is sent after them.
//
// A recording is read a line at a time and not kept. Start reading at Play.
package mimic

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Options say whom a recording is played to. URL is required.
type Options struct {
	// URL is the connector's base URL (DIAL-1).
	URL string
	// GatewayID and Secret authenticate the upgrades. Without both none is.
	GatewayID, Secret string
	// HTTPClient dials. Nil means http.DefaultClient.
	HTTPClient *http.Client
	// Wait bounds the time that one answer may take, in real time. Zero means 5 s.
	Wait time.Duration
	// Pace keeps the recorded pace: 1 as it was, 2 twice as fast. Zero sends
	// everything as soon as what came before it was answered.
	Pace float64
	// Again, if set, is called for each event and forward that the recorded
	// connector passed on, so that the user does again what made it do so. It is
	// not done where nobody can.
	Again func(ctx context.Context, f trace.FrameLine) (done bool, err error)
}

const defaultWait = 5 * time.Second

// Play plays a recording and judges the connector. Everything it started is gone
// when it returns. The error is that of the recording, or of a connector that
// cannot be dialled at all; the verdict is of what was played until then.
func Play(ctx context.Context, rec *recording.Reader, o Options) (*verdict.Result, error) {
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	if o.HTTPClient == nil {
		o.HTTPClient = http.DefaultClient
	}
	p := &player{options: o, file: rec.File(), began: time.Now(), sockets: map[int]*socket{}}
	err := p.play(ctx, rec)
	p.close()
	r := &verdict.Result{
		Name: p.name(), File: p.file, Line: 1, Revision: p.revision, Problems: p.problems, Trace: p.seen.list(),
		Outcome: verdict.Passed, Reason: p.counts(), Elapsed: time.Since(p.began),
	}
	switch {
	case ctx.Err() != nil:
		r.Outcome, r.Reason = verdict.NotJudged, "stopped before it ended"
	case len(p.problems) > 0:
		r.Outcome = verdict.Failed
	case err != nil:
		r.Outcome = verdict.NotJudged
	case p.compared == 0:
		r.Outcome, r.Reason = verdict.NotJudged, "nothing in it is an answer"
	}
	return r, err
}

// player plays one recording. Only the goroutine of Play uses it.
type player struct {
	options  Options
	file     string
	began    time.Time
	header   *recording.Header
	revision string

	framer  trace.Framer    // of the recorded messages
	sockets map[int]*socket // by the recorded number
	ids     ids
	last    time.Duration // of the line before

	compared, leftOut int
	problems          []verdict.Problem
	seen              window
}

func (p *player) play(ctx context.Context, rec *recording.Reader) error {
	for {
		l, err := rec.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case l.Header != nil:
			p.header = l.Header
		case l.Observation != nil:
			if err := p.line(ctx, l); err != nil {
				return fmt.Errorf("%s:%d: %w", p.file, l.Number, err)
			}
		}
	}
}

// line plays one line. The error is one that ends the playing.
func (p *player) line(ctx context.Context, l *recording.Line) error {
	o := l.Observation
	if err := p.keepPace(ctx, o.At); err != nil {
		return err
	}
	switch o.Kind {
	case trace.Open:
		p.sockets[o.Conn] = &socket{number: o.Conn, open: o}
		return nil
	case trace.Frame, trace.Close:
	default:
		return nil
	}
	s := p.sockets[o.Conn]
	if s == nil || s.gone || o.Kind == trace.Frame && len(p.problems) >= mostProblems {
		p.leftOut++
		return nil
	}
	if s.ws == nil {
		if err := p.dial(ctx, s, o); err != nil {
			return err
		}
	}
	switch {
	case o.Kind == trace.Close:
		p.closed(ctx, s, l)
		return nil
	case o.From == trace.Gateway:
		return p.send(ctx, s, l)
	}
	return p.answers(ctx, s, l)
}

// mostProblems ends the comparing: what is that different is another recording.
const mostProblems = 50

func (p *player) problem(l *recording.Line, pr verdict.Problem) {
	pr.At = fmt.Sprintf("%s:%d", p.file, l.Number)
	p.problems = append(p.problems, pr)
}

// keepPace waits as long as passed before the line, if that is wanted.
func (p *player) keepPace(ctx context.Context, at time.Duration) error {
	gap := at - p.last
	p.last = at
	if p.options.Pace <= 0 || gap <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(time.Duration(float64(gap) / p.options.Pace))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *player) name() string {
	if p.header != nil && p.header.Title != "" {
		return p.header.Title
	}
	return p.file
}

// counts says how much was compared, so that a pass of little looks it.
func (p *player) counts() string {
	text := fmt.Sprintf("%d answers compared", p.compared)
	if p.leftOut > 0 {
		text += fmt.Sprintf(", %d lines left out that a connector writes of its own accord", p.leftOut)
	}
	return text
}

func (p *player) close() {
	for _, s := range p.sockets {
		s.cut()
	}
}
