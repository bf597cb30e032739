package serve

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

// The journal of a connector that stays up does not grow: it forgets its oldest
// entries, by number and by bytes, and tells who is behind.
func TestJournalForgets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		size, add  int
		most, last int
	}{
		{"many", 10, maxEntries + 1000, maxEntries, maxEntries + 1000},
		{"large", 1 << 20, 24, maxBytes >> 20, 24},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j, err := newJournal(nil)
			if err != nil {
				t.Fatal(err)
			}
			data := append(bytes.Repeat([]byte("x"), c.size-1), '\n')
			for range c.add {
				j.Add(&trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: data})
			}
			kept, forgotten, last := 0, 0, 0
			ctx, stop := context.WithCancel(t.Context())
			j.follow(ctx, 0, func(list []entry, lost int) bool {
				for _, e := range list {
					kept++
					last = e.observed.Seq
				}
				forgotten += lost
				if last == c.last {
					stop()
				}
				return last < c.last
			})
			if kept > c.most || kept+forgotten != c.add || last != c.last {
				t.Errorf("kept %d and forgot %d of %d, the last is %d", kept, forgotten, c.add, last)
			}
			if len(j.list) > maxEntries || j.bytes > maxBytes {
				t.Errorf("it holds %d entries, %d bytes", len(j.list), j.bytes)
			}
		})
	}
}

// Secrets that are found do not pile up, and those that are known stay so.
func TestJournalForgetsSecretsThatItFound(t *testing.T) {
	t.Parallel()
	j, err := newJournal([]string{"the-known-secret"})
	if err != nil {
		t.Fatal(err)
	}
	first := j.redact
	for i := range maxSecrets + 10 {
		line := fmt.Sprintf(`{"type":"x","token":"secret-number-%d"}`+"\n", i)
		j.Add(&trace.Observation{Kind: trace.Frame, Conn: 1, From: trace.Gateway, Data: []byte(line)})
	}
	if j.redact == first {
		t.Error("it keeps them all")
	}
	j.shown(connector.Shown{What: "message", Message: connector.MessageView{Text: "the-known-secret"}})
	list, _, _ := j.since(j.last - 1)
	if got := list[0].shown.Message.Text; got == "the-known-secret" {
		t.Errorf("got %q", got)
	}
}
