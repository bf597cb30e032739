package report

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/verdict"
)

// leftOut counts what was not tested, by why. The zero leftOut has counted nothing.
type leftOut struct {
	skipped    map[string]int // runs, by the reason
	unreported map[string]int // runs, by the path of a field
}

// add takes in a verdict.
func (l *leftOut) add(r *verdict.Result) {
	if l.skipped == nil {
		l.skipped, l.unreported = map[string]int{}, map[string]int{}
	}
	if r.Outcome == verdict.Skipped && r.Known == nil {
		l.skipped[inLine.ReplaceAllString(r.Reason, "")]++
	}
	if r.Compared != nil {
		for _, path := range r.Compared.Unreported {
			l.unreported[path]++
		}
	}
}

// inLine is where in its file a run has the reason.
var inLine = regexp.MustCompile(` \(line \d+\)$`)

// maxReasons and maxPaths bound what is said of each.
const (
	maxReasons = 10
	maxPaths   = 20
)

// reasons are lines with the reasons of what was skipped, the most frequent first.
func (l *leftOut) reasons() (lines []string) {
	most := frequent(l.skipped)
	rest := most[min(len(most), maxReasons):]
	if len(rest) < 2 { // one more line says as much
		rest = nil
	}
	for _, why := range most[:len(most)-len(rest)] {
		lines = append(lines, fmt.Sprintf("%5d  %s", l.skipped[why], plain(why)))
	}
	n := 0
	for _, why := range rest {
		n += l.skipped[why]
	}
	if n > 0 {
		lines = append(lines, fmt.Sprintf("%5d  for %d other reasons", n, len(rest)))
	}
	return lines
}

// paths are the fields that were not reported, with the number of runs.
func (l *leftOut) paths() string {
	var list []string
	most := frequent(l.unreported)
	for _, path := range most[:min(len(most), maxPaths)] {
		list = append(list, fmt.Sprintf("%s (%d)", plain(path), l.unreported[path]))
	}
	if more := len(most) - maxPaths; more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	return strings.Join(list, ", ")
}

// frequent are the keys, those that count most first.
func frequent(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
}
