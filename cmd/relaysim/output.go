package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/verdict"
)

// output is everything a run of simulate writes: reports, saved traces and
// progress. Only one goroutine uses it, but for the loggers.
type output struct {
	reporters []report.Reporter
	traces    traceFolder
	progress  *report.Progress // nil where stderr is no terminal
	junit     *newFile         // nil without --junit
	xml       *report.JUnit    // to junit
	stderr    io.Writer        // above the progress
	json      bool
	log       slog.Handler // nil without -v
	err       error        // the first of saving traces
}

// newOutput opens what the flags ask for, so that a file that cannot be written
// is known before anything is played.
func newOutput(p program, flags simulateFlags, runs []run) (*output, error) {
	out := &output{json: flags.json, traces: traceFolder{path: flags.traceDir}, stderr: p.stderr}
	stdout := p.stdout
	if width, ok := terminal(p.stderr); ok && p.env("TERM") != "dumb" {
		out.progress = report.NewProgress(p.stderr, width, names(runs))
		out.stderr = out.progress.Above(p.stderr)
		if _, ok := terminal(p.stdout); ok {
			stdout = out.progress.Above(p.stdout)
		}
	}
	switch width, ok := terminal(p.stdout); { // 0 where it is none
	case flags.json:
		out.reporters = append(out.reporters, report.NewJSON(stdout))
	default:
		o := report.TextOptions{Colour: ok && p.env("NO_COLOR") == "", Traces: flags.verbose, Width: width}
		if flags.columns == nil || flags.verbose {
			out.reporters = append(out.reporters, report.NewText(stdout, o))
		}
		if flags.columns != nil {
			out.reporters = append(out.reporters, report.NewMatrix(stdout, o, columnNames(flags.columns)))
		}
	}
	if p.onGitHub() {
		out.reporters = append(out.reporters, annotations(p, out.stderr))
	}
	if flags.verbose {
		out.log = slog.NewTextHandler(p.stderr, nil)
	}
	if err := out.traces.create(); err != nil {
		return nil, fmt.Errorf("--trace-dir: %w", err)
	}
	if flags.junit != "" {
		f, err := createFile(flags.junit)
		if err != nil {
			return nil, fmt.Errorf("--junit: %w", err)
		}
		out.junit, out.xml = f, report.NewJUnit(f)
	}
	return out, nil
}

// terminal says whether w is one, and how many columns it has.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width == 0 {
		width = 80
	}
	return width, true
}

func names(runs []run) []string {
	var list []string
	for _, r := range runs {
		name := r.name() + " [" + r.revision.Name + "]"
		if r.on != nil {
			name += " " + r.on.Name
		}
		list = append(list, name)
	}
	return list
}

// logger is the gateway's log of one run; nil discards.
func (o *output) logger(r run) *slog.Logger {
	if o.log == nil {
		return nil
	}
	return slog.New(o.log).With("run", r.name(), "revision", r.revision.Name)
}

func (o *output) began(i int) {
	if o.progress != nil {
		o.progress.Began(i)
	}
}

func (o *output) ended(i int) {
	if o.progress != nil {
		o.progress.Ended(i)
	}
}

// add reports one verdict.
func (o *output) add(r run, v *verdict.Result) {
	v.Name = r.name()
	e := report.Entry{Result: v, Group: r.source.group, Target: r.target()}
	if r.on != nil {
		r.on.sum.Add(v)
	}
	if v.Outcome == verdict.Failed || v.Outcome == verdict.NotJudged {
		saved, err := o.traces.save(r, v)
		if err != nil && o.err == nil {
			o.err = fmt.Errorf("--trace-dir: %w", err)
		}
		e.Saved = saved
	}
	o.report(e)
}

func (o *output) report(e report.Entry) {
	for _, rep := range o.reporters {
		rep.Add(e)
	}
	if o.junit != nil {
		o.xml.Add(e)
	}
}

// end writes the ends of the reports and returns the first error of all that
// was written.
func (o *output) end(s report.Summary) error {
	if o.progress != nil {
		o.progress.Clear()
	}
	err := o.err
	for _, rep := range o.reporters {
		if e := rep.End(s); err == nil {
			err = e
		}
	}
	if o.json {
		fmt.Fprintln(o.stderr, s)
	}
	if e := o.endJUnit(s); err == nil && e != nil {
		err = fmt.Errorf("--junit: %w", e)
	}
	return err
}

func (o *output) endJUnit(s report.Summary) error {
	if o.junit == nil {
		return nil
	}
	if err := o.xml.End(s); err != nil {
		o.junit.discard()
		return fmt.Errorf("%s: %w", o.junit.path, reason(err))
	}
	return o.junit.commit()
}
