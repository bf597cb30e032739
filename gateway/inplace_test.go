package gateway

import (
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
)

// What /retry runs again, after a disk was waited for, is not the latest that was
// written in the chat.
func TestTurnInPlaceOfACommandIsNotSeenInTheChat(t *testing.T) { // SC-2, SC-6
	g := &Gateway{}
	of := func(user string) *wire.Event {
		return &wire.Event{Source: wire.Source{Platform: "discord", ChatID: "C1", Scope: "G1", UserID: user}}
	}
	retry := g.newTurn("a", of("U1"), 100)
	g.newTurn("b", of("U2"), 100)
	again := g.inPlaceOf(retry, "a", "hi")
	if o := g.chats.of("C1"); o.author != "U2" {
		t.Errorf("the latest author is %q, want U2", o.author)
	}
	if again.origin != retry.origin || again.size != retry.size+len("hi") {
		t.Errorf("got origin %+v, %d bytes", again.origin, again.size)
	}
}
