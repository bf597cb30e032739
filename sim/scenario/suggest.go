package scenario

import "strings"

// nearest is the name that was probably meant by word, or "". The distance it
// allows grows with the word, so that two short names are not taken for one
// another.
func nearest(word string, names []string) string {
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

// didYouMean is the end of a message about a word that is none of names.
func didYouMean(word string, names []string) string {
	if name := nearest(word, names); name != "" {
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

// either joins words as in "a, b or c".
func either(words []string) string { return join(words, "or") }

// both joins words as in "a, b and c".
func both(words []string) string { return join(words, "and") }

func join(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + " " + last + " " + words[end]
}

// clip shortens a text of the file for a message.
func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
