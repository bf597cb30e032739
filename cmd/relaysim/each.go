package main

import (
	"context"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/report"
	"github.com/relaysim/relaysim/sim/verdict"
)

// judgeEach lets one judge each recording after the other, and reports them. One
// that is wrong somewhere is judged as far as it goes, keeps nothing from the
// others, and ends the command with status 2; done says what could not be done to
// its end. The verdict is nil where there is none.
func judgeEach(ctx context.Context, p program, flags simulateFlags, sources []source, done string, one func(source) (*verdict.Result, []problem)) error {
	out, err := newOutput(p, flags, nil)
	if err != nil {
		return err
	}
	began := time.Now()
	var s report.Summary
	wrong := 0
	for _, src := range sources {
		if ctx.Err() != nil {
			break
		}
		r, problems := one(src)
		write(p, out.stderr, []loaded{{source: src, problems: problems}})
		if len(problems) > 0 {
			wrong++
		}
		if r != nil {
			s.Add(r)
			out.report(report.Entry{Result: r, Group: src.group})
		}
	}
	s.Elapsed, s.Interrupted = time.Since(began), ctx.Err() != nil
	if err := out.end(s); err != nil {
		return err
	}
	if wrong > 0 {
		return notDone(wrong, done)
	}
	return judge(s, len(sources))
}

// notDone says in how many files something is wrong.
func notDone(wrong int, done string) error {
	return fmt.Errorf("%s could not be %s to the end", count(wrong, "file"), done)
}
