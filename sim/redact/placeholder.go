package redact

import "strings"

// Cut takes a text apart at the placeholders in it: there is one text more than
// placeholders, and each placeholder stands between two of them.
func Cut(text string) (texts, placeholders []string) {
	if !strings.Contains(text, placeholderPrefix) {
		return []string{text}, nil
	}
	b, from := []byte(text), 0
	for i := 0; i < len(b); i++ {
		if end := placeholderAt(b, i); end > 0 {
			texts = append(texts, text[from:i])
			placeholders = append(placeholders, text[i:end])
			from, i = end, end-1
		}
	}
	return append(texts, text[from:]), placeholders
}
