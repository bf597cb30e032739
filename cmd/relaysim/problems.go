package main

import (
	"fmt"
	"io"
)

// warn writes what a file's user should know and nothing fails for.
func warn(p program, files []loaded) {
	for _, f := range files {
		for _, w := range f.warnings {
			fmt.Fprintf(p.stderr, "%s (warning)\n", w)
		}
	}
}

// note writes what of each recording is not played.
func note(p program, files []loaded) {
	for _, f := range files {
		for _, n := range f.notes() {
			fmt.Fprintf(p.stderr, "%s: %s (note)\n", f.name, n)
		}
	}
}

// noteCount says in one line in how many recordings something is not played.
func noteCount(p program, files []loaded) {
	n := 0
	for _, f := range files {
		if len(f.notes()) > 0 {
			n++
		}
	}
	if n > 0 {
		fmt.Fprintf(p.stderr, "in %s the agent made calls that cannot be made again: their frames are compared, the calls are not (lint names them)\n", count(n, "recording"))
	}
}

func (l loaded) notes() []string {
	if l.scenario == nil || l.scenario.Recorded == nil {
		return nil
	}
	return l.scenario.Recorded.Notes
}

// write writes a line for each problem: what GitHub makes of it, when that is
// where it runs.
func write(p program, w io.Writer, files []loaded) {
	for _, f := range files {
		for _, problem := range f.problems {
			if p.onGitHub() { // its log does not show the place
				annotations(p, w).Problem(problem.at, "", problem.String())
				continue
			}
			fmt.Fprintln(w, problem)
		}
	}
}

func countProblems(files []loaded) (n int) {
	for _, f := range files {
		n += len(f.problems)
	}
	return n
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// refuse reports the files that did not load. The error, if any, ends the
// command with status 2.
func refuse(p program, files []loaded, consequence string) error {
	n := countProblems(files)
	if n == 0 {
		return nil
	}
	wrong := 0
	for _, f := range files {
		if len(f.problems) > 0 {
			wrong++
		}
	}
	write(p, p.stderr, files)
	return fmt.Errorf("%s in %s, so %s", count(n, "problem"), count(wrong, "file"), consequence)
}

// refuseFile reports what is wrong in a file that a flag names. The error ends the
// command with status 2.
func refuseFile(p program, file string, problems []problem) error {
	write(p, p.stderr, []loaded{{source: source{name: file}, problems: problems}})
	return fmt.Errorf("%s in %s: nothing was played", count(len(problems), "problem"), file)
}
