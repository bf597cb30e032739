package wire

import "unicode/utf8"

// UTF16Len is the length of s in UTF-16 code units, the unit "utf16" of a
// descriptor (HS-2). A byte that is not UTF-8 counts as the U+FFFD it becomes
// on the wire.
func UTF16Len(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// CharLen is the length of s in characters, that is code points, the unit
// "chars" of a descriptor (HS-2). A byte that is not UTF-8 counts as one.
func CharLen(s string) int { return utf8.RuneCountInString(s) }
