package session

import (
	"fmt"
	"strings"
	"testing"
)

// bytes is what is remembered in all.
func (t *transcripts) bytes() (n int) {
	for _, generation := range []map[string]*remembered{t.young, t.old} {
		for _, r := range generation {
			n += r.size
		}
	}
	return n
}

func TestTranscriptsInMemoryAreBounded(t *testing.T) { // SES-12
	t.Parallel()
	var ts transcripts
	message := Message{Role: RoleUser, Text: strings.Repeat("x", 100<<10)}
	for i := range 2000 {
		ts.append(fmt.Sprint(i%100), message) // all of them grow
		ts.append("favourite", message)
		if n := ts.bytes(); n > 2*(maxBytes+maxOfOne) {
			t.Fatalf("%d bytes are remembered", n)
		}
		if n := len(ts.of("favourite").list); i > 100 && n < 10 {
			t.Fatalf("of a session in use %d messages are remembered", n)
		}
	}
	for i := range 2000 {
		ts.forget(fmt.Sprint(i))
	}
	ts.forget("favourite")
	if n := ts.bytes(); n != 0 || ts.size != 0 {
		t.Errorf("%d bytes are left, %d are counted", n, ts.size)
	}
}

func TestOneTranscriptInMemoryIsBounded(t *testing.T) { // SES-12
	t.Parallel()
	var ts transcripts
	for i := range 3 * maxOfOne / messageOverhead {
		ts.append("a", Message{Role: RoleUser, MessageID: fmt.Sprint(i)})
		ts.append("a", Message{Role: roleUndo})
	}
	r := ts.of("a")
	if r.size > maxOfOne || r.size != ts.size || len(r.list) < maxOfOne/messageOverhead/4 {
		t.Errorf("%d messages, %d bytes, %d counted", len(r.list), r.size, ts.size)
	}
}

func TestLinesThatWaitAreBounded(t *testing.T) { // SES-12
	t.Parallel()
	var lines []line
	for i := range 2 * maxBytes >> 20 {
		lines = append(lines, line{fmt.Sprint(i), Message{Text: strings.Repeat("x", 1<<20-messageOverhead)}})
	}
	if got := latest(lines); len(got) != maxBytes>>20 || got[0].id != fmt.Sprint(maxBytes>>20) {
		t.Errorf("%d lines wait, from %s", len(got), got[0].id)
	}
}
