package wire

// UTF16Len is the number of UTF-16 code units of s.
func UTF16Len(s string) int { return len(s) }

// CharLen is the number of characters (code points) of s.
func CharLen(s string) int { return len(s) }
