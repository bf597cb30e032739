package report

import (
	"encoding/json"
	"io"

	"github.com/relaysim/relaysim/sim/verdict"
)

// JSON reports for programs: one object a line, of kind result for each
// verdict and of kind summary at the end.
type JSON struct {
	enc *json.Encoder
	err error // the first
}

// NewJSON returns a Reporter that writes JSON lines to w.
func NewJSON(w io.Writer) *JSON {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &JSON{enc: enc}
}

type jsonResult struct {
	Kind     string        `json:"kind"` // result
	Name     string        `json:"name"`
	File     string        `json:"file,omitempty"`
	Line     int           `json:"line,omitempty"`
	Revision string        `json:"revision,omitempty"`
	Target   string        `json:"target,omitempty"` // where there are several
	Outcome  string        `json:"outcome"`          // passed, failed, skipped, not judged
	Reason   string        `json:"reason,omitempty"`
	Known    *jsonKnown    `json:"known,omitempty"` // where the failure is listed that it skips
	Seconds  float64       `json:"seconds"`         // real time
	Covers   []string      `json:"covers,omitempty"`
	Tags     []string      `json:"tags,omitempty"`
	Problems []jsonProblem `json:"problems,omitempty"`
	Trace    []string      `json:"trace,omitempty"` // as text, of what did not pass
	Saved    string        `json:"saved,omitempty"` // file with the recording of it
	Compared *jsonCompared `json:"compared,omitempty"`
	Said     []string      `json:"said,omitempty"` // the last lines of a program that did not pass
}

// jsonCompared is there where a gateway of somebody else's was played against.
type jsonCompared struct {
	Fields     int      `json:"fields"`               // that were compared
	Of         int      `json:"of"`                   // that the steps expect
	Unreported []string `json:"unreported,omitempty"` // the paths of the others
	Synced     bool     `json:"synced"`               // false: some quiet counted as the end of what it does
}

type jsonKnown struct {
	At     string `json:"at"`
	Reason string `json:"reason"`
	Link   string `json:"link,omitempty"`
}

type jsonProblem struct {
	At      string     `json:"at,omitempty"`
	Rule    string     `json:"rule,omitempty"`
	Text    string     `json:"text"`
	Seq     int        `json:"seq,omitempty"`
	Nearest int        `json:"nearest,omitempty"` // seq
	Diffs   []jsonDiff `json:"diffs,omitempty"`
	Add     string     `json:"add,omitempty"` // the step that would expect it
}

type jsonDiff struct {
	Path string `json:"path"`
	Want string `json:"want"`
	Got  string `json:"got"`
}

type jsonSummary struct {
	Kind        string  `json:"kind"` // summary
	Passed      int     `json:"passed"`
	Failed      int     `json:"failed"`
	Skipped     int     `json:"skipped"`
	Known       int     `json:"known,omitempty"` // failures that are known
	NotJudged   int     `json:"not_judged"`
	NotRun      int     `json:"not_run"`
	Compared    int     `json:"compared_fields,omitempty"` // with a gateway of somebody else's
	Of          int     `json:"expected_fields,omitempty"`
	Settled     int     `json:"not_synced,omitempty"` // runs
	Interrupted bool    `json:"interrupted"`
	Seed        uint64  `json:"seed,omitempty"` // of the order of beginning
	Seconds     float64 `json:"seconds"`        // real time
	OK          bool    `json:"ok"`
}

// Add writes one result.
func (j *JSON) Add(e Entry) {
	r := jsonResult{
		Kind: "result", Name: e.Name, File: e.File, Line: e.Line, Revision: e.Revision, Target: e.Target,
		Outcome: e.Outcome.String(), Reason: e.Reason, Seconds: e.Elapsed.Seconds(),
		Covers: e.Covers, Tags: e.Tags, Saved: e.Saved,
	}
	if k := e.Known; k != nil {
		r.Known = &jsonKnown{k.At, k.Reason, k.Link}
	}
	if c := e.Compared; c != nil {
		r.Compared = &jsonCompared{c.Fields, c.Of, c.Unreported, !c.Settled}
	}
	for _, p := range e.Problems {
		r.Problems = append(r.Problems, problemJSON(e, p))
	}
	if e.Outcome == verdict.Failed || e.Outcome == verdict.NotJudged {
		for _, o := range e.Trace {
			r.Trace = append(r.Trace, line(o))
		}
		for _, l := range e.Said {
			r.Said = append(r.Said, cutSecrets(l))
		}
	}
	j.write(r)
}

func problemJSON(e Entry, p verdict.Problem) jsonProblem {
	out := jsonProblem{At: e.at(p), Add: cutSecrets(p.Add), Rule: p.Rule, Text: cutSecrets(p.Text), Seq: p.Seq}
	if p.Nearest != nil {
		out.Nearest = p.Nearest.Seq
	}
	for _, d := range p.Diffs {
		out.Diffs = append(out.Diffs, jsonDiff{d.Path, cutSecrets(d.Want), cutSecrets(d.Got)})
	}
	return out
}

// End writes the summary.
func (j *JSON) End(s Summary) error {
	j.write(jsonSummary{
		Kind: "summary", Passed: s.Passed, Failed: s.Failed, Skipped: s.Skipped, Known: s.Known, NotJudged: s.NotJudged,
		NotRun: s.NotRun, Compared: s.Compared, Of: s.Of, Settled: s.Settled, Interrupted: s.Interrupted, Seed: s.Seed, Seconds: s.Elapsed.Seconds(), OK: s.OK(),
	})
	return j.err
}

func (j *JSON) write(v any) {
	if err := j.enc.Encode(v); err != nil && j.err == nil {
		j.err = err
	}
}
