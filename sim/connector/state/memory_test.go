package state

import (
	"fmt"
	"testing"
)

func TestMemoryForgetsTheOldest(t *testing.T) {
	t.Parallel()
	m := NewMemory()
	for i := range maxRecent + 10 {
		key := fmt.Sprint("s", i)
		for range 2 { // known: takes no further place
			if err := m.PutSessions("a", []string{key}, "i"); err != nil {
				t.Fatal(err)
			}
			if err := m.PutCapability(Key{Session: key}, Capability{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	oldest, _ := m.SessionOf("a", []string{"s9"})
	next, _ := m.SessionOf("a", []string{"s10"})
	_, held, _ := m.Capability(Key{Session: "s9"})
	if len(m.sessions.values) != maxRecent || len(m.vault.values) != maxRecent || oldest != "" || next != "i" || held {
		t.Errorf("%d sessions, %d capabilities, the oldest is not the one forgotten", len(m.sessions.values), len(m.vault.values))
	}
}
