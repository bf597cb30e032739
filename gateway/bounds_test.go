package gateway

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/relaysim/relaysim/gateway/wire"
)

// The bounds below are too large to reach through a socket.

func TestMemoryOfChatsIsBounded(t *testing.T) { // SC-1
	var m memory
	note := func(chat string) { m.note(&wire.Source{ChatID: chat, Scope: "G-" + chat}) }
	note("favourite")
	for i := range 5 * maxChats {
		note(fmt.Sprint(i))
		if i%1000 == 0 && m.of("favourite").scope != "G-favourite" {
			t.Fatalf("a chat in use was forgotten after %d others", i)
		}
	}
	if n := len(m.young) + len(m.old); n > 2*maxChats {
		t.Errorf("%d chats are remembered", n)
	}
	for i := 4 * maxChats; i < 5*maxChats; i++ {
		if m.of(fmt.Sprint(i)).scope == "" {
			t.Fatalf("chat %d, one of the latest, was forgotten", i)
		}
	}
	long := strings.Repeat("x", maxOrigin+1)
	if note(long); m.of(long) != (origin{}) {
		t.Error("an endless chat id is remembered")
	}
	for _, src := range []*wire.Source{{ChatID: "C", Scope: long}, {ChatID: "C", UserID: long}} {
		if m.note(src); m.of("C") != (origin{}) {
			t.Error("an endless scope or author is remembered")
		}
	}
}

func TestDescriptorsAreBounded(t *testing.T) { // MP-1
	var ds descriptors
	for i := range 2 * maxDescriptors {
		ds.add(&wire.Descriptor{Platform: fmt.Sprint(i)})
	}
	if n := len(ds.byPlatform); n > maxDescriptors {
		t.Errorf("%d descriptors are kept", n)
	}
}

func TestBusySessionsAreBounded(t *testing.T) {
	var ls lanes
	ls.init(defaultMaxMessage)
	turn := func(key string) *Turn { return &Turn{SessionKey: key, Event: &wire.Event{MessageType: "text"}} }
	for i := range maxLanes {
		if _, err := ls.admit(turn(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ls.admit(turn("one more")); err == nil {
		t.Error("one session too many is busy")
	}
	if begin, err := ls.admit(turn("0")); begin != nil || err != nil {
		t.Errorf("a message for a busy session: %v, %v", begin, err)
	}
}

func TestBytesOfAllSessionsAreBounded(t *testing.T) { // TURN-2, TURN-4
	var ls lanes
	ls.init(defaultMaxMessage)
	turn := func(key string) *Turn {
		return &Turn{SessionKey: key, Event: &wire.Event{MessageType: "voice"}, size: minHeld / 4}
	}
	admit := func(key string) error {
		_, err := ls.admit(turn(key))
		return err
	}
	for _, key := range []string{"a", "a", "b"} { // one waits
		if err := admit(key); err != nil {
			t.Fatal(err)
		}
	}
	if err := admit("a"); err != nil { // takes the place of what waits
		t.Error(err)
	}
	if _, _, err := ls.enqueue(turn("b")); err != nil {
		t.Error(err)
	}
	if admit("c") == nil {
		t.Error("a fifth quarter is taken")
	}
	if _, err := ls.hold("b", true); err != nil {
		t.Fatal(err)
	}
	if err := admit("c"); err != nil { // what was queued is gone
		t.Error(err)
	}
	command := turn("d")
	if ls.takeIn(command) {
		t.Error("a command is a fifth quarter as well")
	}
	for _, key := range []string{"a", "b", "c"} {
		for n := ls.running(key); n != nil; {
			n = ls.next(n)
		}
	}
	if !ls.takeIn(command) {
		t.Error("a command is not answered")
	}
	ls.giveBack(command)
	if ls.release("b", nil); ls.bytes != 0 || len(ls.byKey) != 0 {
		t.Errorf("%d bytes, %d sessions when all is over", ls.bytes, len(ls.byKey))
	}
}

func TestCloseReasonFits(t *testing.T) { // RFC 6455 §5.5
	c := newConn(&Gateway{})
	c.end(1002, strings.Repeat("é", 100), errors.New("why"))
	if r := c.farewell.reason; len(r) > maxReason || len(r) < maxReason-1 || !utf8.ValidString(r) {
		t.Errorf("%d bytes, valid %v", len(r), utf8.ValidString(r))
	}
}
