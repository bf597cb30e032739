package match

// Nearest finds the candidate that comes closest to the pattern and says how it
// differs: the one of which the largest share of the pattern holds, then the
// one with the fewest differences, then the earliest. A candidate that matches
// is the nearest of all. The index is -1 if there is no candidate. Nothing is
// captured.
func (p *Pattern) Nearest(candidates []any, env Env) (int, []Diff) {
	best, share := -1, 0.0
	var diffs []Diff
	for i, c := range candidates {
		m := matcher{env: env}
		if m.match(&p.root, c) {
			return i, nil
		}
		e := explainer{matcher: matcher{env: env}}
		near := e.explain(&p.root, settled(c), "")
		if best < 0 || near > share || near == share && len(e.diffs) < len(diffs) {
			best, share, diffs = i, near, e.diffs
		}
	}
	return best, diffs
}
