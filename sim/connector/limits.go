package connector

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// defaultLimit is the limit where a descriptor has none that makes sense (HS-5).
const defaultLimit = 4096

// limits is how long a platform's messages may be (OUT-8).
type limits struct {
	max   int
	utf16 bool // counted in UTF-16 units, else in characters
}

func limitsOf(d descriptor) limits {
	l := limits{max: defaultLimit, utf16: d["len_unit"] == "utf16"}
	var n int
	switch v := d["max_message_length"].(type) {
	case int:
		n = v
	case float64:
		n = int(v)
	case json.Number:
		n, _ = strconv.Atoi(v.String())
	}
	if n > 0 {
		l.max = n
	}
	return l
}

// check refuses over-long content.
func (l limits) check(content string) error {
	if len(content) <= l.max {
		return nil // bytes are never fewer than characters or units
	}
	n, unit := utf8.RuneCountInString(content), "characters"
	if l.utf16 {
		n, unit = utf16Len(content), "UTF-16 units"
	}
	if n > l.max {
		return fmt.Errorf("content is too long: %d %s, at most %d", n, unit, l.max)
	}
	return nil
}

// utf16Len counts UTF-16 units: two beyond the basic plane.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
