// Package spell finds the name that was meant by a misspelt one. It imports the
// standard library only.
package spell

import "strings"

// Nearest is the name that was probably meant by word, or "". The distance it
// allows grows with the word, so that two short names are not taken for one
// another.
func Nearest(word string, names []string) string {
	best, bestDistance := "", 1+(len(word)+1)/3
	for _, name := range names {
		if abs(len(name)-len(word)) >= bestDistance {
			continue
		}
		if d := distance(strings.ToLower(word), name); d < bestDistance {
			best, bestDistance = name, d
		}
	}
	return best
}

// DidYouMean is the end of a message about a word that is none of names, such as
// ", did you mean kind?"; empty where none is near.
func DidYouMean(word string, names []string) string {
	if name := Nearest(word, names); name != "" {
		return ", did you mean " + name + "?"
	}
	return ""
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func distance(a, b string) int {
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

func abs(n int) int { return max(n, -n) }
