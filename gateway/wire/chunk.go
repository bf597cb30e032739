package wire

import (
	"strconv"
	"strings"
	"unicode"
)

// Chunk splits a text that is longer than limit into pieces that are not, as
// sent: fences, continuation marks and all (OUT-7). A text that fits is
// returned as it is. A limit below 1 limits nothing, since a peer that can be
// sent nothing is not meant.
//
// length is the unit of the limit: CharLen or UTF16Len, or a function that
// like them adds up over the characters of a text and never exceeds its bytes.
//
// A piece ends at a newline, else at a space, past half of its room; the white
// space there is dropped. A code fence open at the end of a piece is closed and
// opened again in the next, with its language. " (i/n)" comes last. Under a
// limit so small that these would leave less than a quarter of it to the text,
// first the fences stay as they are, then the numbers go too. A single
// character longer than the limit is sent as U+FFFD.
//
// No character is ever cut in two, so valid UTF-8 stays valid.
func Chunk(text string, limit int, length func(string) int, rev *Revision) []string {
	if limit < 1 || len(text) <= limit || length(text) <= limit {
		return []string{text}
	}
	c := chunker{limit: limit, length: length, closesLast: rev.ClosesLastFence}
	if pieces, ok := c.usual(text); ok {
		return pieces
	}
	if strings.Contains(text, fenceMark) {
		if pieces, ok := c.tight(text, true); ok {
			return pieces
		}
	}
	if pieces, ok := c.tight(text, false); ok {
		return pieces
	}
	return c.bare(text)
}

// chunker is what all pieces of one text have in common. Read-only.
type chunker struct {
	limit      int
	length     func(string) int
	closesLast bool // the last piece closes an open fence too
}

// usual splits as the gateways in the field do. They estimate the room of a
// piece, which is enough for ordinary limits; number checks the outcome.
func (c chunker) usual(text string) ([]string, bool) {
	pieces, ok := c.split(text, frills{reserve: markLen(3), most: len(text), fences: true, estimate: true})
	if !ok {
		return nil, false
	}
	return c.number(pieces)
}

// tight splits with room computed for as few digits as will do. There are
// never more pieces than bytes.
func (c chunker) tight(text string, fences bool) ([]string, bool) {
	for digits, most := 1, 9; most < 10*len(text); digits, most = digits+1, most*10+9 {
		if pieces, ok := c.split(text, frills{reserve: markLen(digits), most: most, fences: fences}); ok {
			return c.number(pieces)
		}
	}
	return nil, false
}

// bare splits with nothing added. It cannot fail.
func (c chunker) bare(text string) []string {
	text = strings.Map(func(r rune) rune {
		if c.length(string(r)) > c.limit {
			return unicode.ReplacementChar
		}
		return r
	}, text)
	pieces, _ := c.split(text, frills{most: len(text)})
	return pieces
}

// split cuts text into pieces that lack only their numbers. It fails when there
// are too many of them or too little of a piece is left to the text.
func (c chunker) split(text string, f frills) ([]string, bool) {
	var pieces []string
	var open fence // as the piece begins
	left := c.length(text)
	for rest := text; rest != ""; {
		if len(pieces) == f.most {
			return nil, false
		}
		prefix := ""
		if f.fences {
			prefix = open.opening()
		}
		room, lastRoom := f.room(c.limit, c.length(prefix))
		if left <= lastRoom {
			open = open.after(rest)
			return append(pieces, prefix+rest+f.closing(open, c.closesLast)), true
		}
		end := cut(rest, room, c.length)
		if end == 0 {
			return nil, false
		}
		open = open.after(rest[:end])
		pieces = append(pieces, prefix+rest[:end]+f.closing(open, true))
		next := strings.TrimLeftFunc(rest[end:], unicode.IsSpace)
		left -= c.length(rest[:len(rest)-len(next)])
		rest = next
	}
	return pieces, true
}

// number appends " (i/n)" to every piece of several. It fails when one gets too long.
func (c chunker) number(pieces []string) ([]string, bool) {
	if len(pieces) == 1 {
		return pieces, c.length(pieces[0]) <= c.limit
	}
	n := strconv.Itoa(len(pieces))
	for i := range pieces {
		pieces[i] += " (" + strconv.Itoa(i+1) + "/" + n + ")"
		if c.length(pieces[i]) > c.limit {
			return nil, false
		}
	}
	return pieces, true
}

// markLen is the length of " (i/n)" when both numbers have as many digits.
func markLen(digits int) int { return len(" (/)") + 2*digits }

// frills is what goes into a piece besides the text.
type frills struct {
	reserve  int  // kept free for " (i/n)", 0 when there will be none
	most     int  // as many pieces as reserve has digits for
	fences   bool // fences are closed and opened again
	estimate bool // room is estimated as the gateways in the field do
}

// room is how much text fits into a piece, and into the last one. No room
// means that the text would get too small a part of the limit.
func (f frills) room(limit, prefix int) (room, last int) {
	last = limit - f.reserve - prefix
	room = last
	if f.fences {
		room -= len(fenceClose)
	}
	if f.estimate {
		if room < 1 {
			room = limit / 2
		}
		return room, last
	}
	if room*4 < limit {
		return 0, 0
	}
	return room, room
}

// closing is what ends a piece that ends in state open.
func (f frills) closing(open fence, may bool) string {
	if f.fences && open.on && may {
		return fenceClose
	}
	return ""
}
