// Package check judges recordings by the laws alone. Nothing is played: a
// recording of last year is judged by the laws of today, and so is one of two
// programs that are not ours. It reads a line at a time and keeps none, so a long
// recording needs no more memory than a short one.
//
// Start reading at File.
package check

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// Options say how a recording is judged. The zero value works.
type Options struct {
	// Deviations are what stands beside the recording: violations that are
	// listed there do not fail it, and each that is listed must be there.
	Deviations []replay.Deviation
	// Finding says that the recording is kept because it breaks the contract,
	// so that something must be listed.
	Finding bool
	// GatewayOnly leaves the connector's conduct out, as is done anyway where
	// the header does not name the connector: it may have been a test's.
	GatewayOnly bool
}

// Result is the verdict on one recording.
type Result struct {
	*verdict.Result
	// Observations and Frames were read.
	Observations, Frames int
	// Warnings are what the reader made of the file.
	Warnings []*recording.Problem
}

// File judges the recording that open opens; file is its name. A problem that is
// listed in the deviations is among the verdict's, whose outcome is passed where
// there are no others.
//
// With an error, which is a *recording.Problem or that of open, the result is
// that of what could be read, and nil if that is nothing.
func File(open func() (io.ReadCloser, error), file string, o Options) (*Result, error) {
	began := time.Now() // how long it took a person
	j, err := judgeFile(open, file, o)
	if j == nil || j.header == nil {
		return nil, err
	}
	r := j.result(o)
	r.File, r.Line, r.Elapsed = file, 1, time.Since(began)
	if r.Outcome == verdict.Failed {
		r.Trace = around(open, file, r.Problems)
	}
	return r, err
}

// judgeFile reads a recording to its end, or as far as it can be read.
func judgeFile(open func() (io.ReadCloser, error), file string, o Options) (*judge, error) {
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rec := recording.NewReader(f, file)
	j := &judge{file: file, gatewayOnly: o.GatewayOnly}
	for {
		line, err := rec.Next()
		if err != nil {
			j.end(rec.Warnings())
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return j, err
		}
		j.take(line)
	}
}

// result compares what the laws found with what is listed.
func (j *judge) result(o Options) *Result {
	r := &Result{
		Result:       &verdict.Result{Name: j.name(), Revision: j.known.Revision, Outcome: verdict.Passed},
		Observations: j.observations, Frames: j.frames, Warnings: j.warnings,
	}
	seen := map[int]bool{} // entries, by index
	for _, v := range j.violations {
		p := verdict.Problem{At: j.places.of(j.file, v.Seq), Rule: v.Rule, Text: v.Text, Seq: v.Seq}
		listed := find(o.Deviations, v, seen)
		if listed == nil {
			r.Outcome = verdict.Failed
		} else {
			p.Text += "; listed at " + listed.Pos.String()
		}
		r.Problems = append(r.Problems, p)
	}
	for _, text := range stale(o.Deviations, j.violations, seen) {
		r.Outcome = verdict.Failed
		r.Problems = append(r.Problems, text)
	}
	if o.Finding && len(o.Deviations) == 0 {
		r.Outcome = verdict.Failed
		r.Problems = append(r.Problems, verdict.Problem{
			At:   j.places.of(j.file, 0),
			Text: "it is kept among the findings: want in " + replay.DeviationsOf(j.file) + " which rule it breaks and where",
		})
	}
	return r
}

// find finds the entry that lists a violation, if there is one.
func find(list []replay.Deviation, v law.Violation, seen map[int]bool) *replay.Deviation {
	for i := range list {
		if d := &list[i]; d.Rule == v.Rule && d.Seq == v.Seq {
			seen[i] = true
			return d
		}
	}
	return nil
}

// stale are the problems of entries that say what a law sees, or what none can
// see, where it is not so. What is played differently, replays look after.
func stale(list []replay.Deviation, violations []law.Violation, seen map[int]bool) []verdict.Problem {
	var problems []verdict.Problem
	for i, d := range list {
		text := ""
		switch {
		case d.Replayed() || seen[i]:
		case d.Seq != 0:
			text = fmt.Sprintf("stale: no law sees %s broken at seq %d", d.Rule, d.Seq)
		default:
			for _, v := range violations {
				if v.Rule == d.Rule {
					text = fmt.Sprintf("stale: a law sees %s broken, at seq %d", d.Rule, v.Seq)
				}
			}
		}
		if text != "" {
			problems = append(problems, verdict.Problem{At: d.Pos.String(), Text: text})
		}
	}
	return problems
}
