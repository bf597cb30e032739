package connector

import (
	"fmt"
	"strings"
	"testing"

	"github.com/coder/quartz"
)

// A gateway can fill the chat model and not overfill it.
func TestChatModelIsBounded(t *testing.T) {
	t.Parallel()
	var c chats
	c.init(quartz.NewReal(), nil)
	say := func(id, text string) {
		c.add(id, message{MessageView: MessageView{ID: text[:1], From: Bot, Text: text}})
	}
	big := strings.Repeat("x", 1<<20)
	for range 20 {
		say("C1", "1"+big)
	}
	say("C1", "2"+big)
	ch := c.byID["C1"]
	if n := len(ch.messages); n != 3 || ch.messages[n-1].ID != "2" {
		t.Errorf("of one chat %d messages of 1 MiB are kept, the last %q", n, ch.messages[n-1].ID)
	}
	say("C2", "3")
	for i := range 61 {
		c.setTyping("C1", true) // used again and again, C2 never
		say(fmt.Sprint("D", i), "4"+big)
	}
	if c.byID["C2"] != nil || c.byID["C1"] == nil {
		t.Error("the chat unused for longest is not the one that went")
	}
	for range 5 {
		if !c.edit("D60", "4", "", big+big) {
			t.Fatal("the message is gone")
		}
	}
	c.setTyping(strings.Repeat("y", 30<<20), true)
	total := 0
	for id, ch := range c.byID {
		sum := overhead + len(id)
		for i := range ch.messages {
			sum += ch.messages[i].bytes()
		}
		if sum != ch.bytes {
			t.Errorf("chat %.9s counts %d bytes, has %d", id, ch.bytes, sum)
		}
		total += sum
	}
	if total != c.bytes || total > maxTotalBytes {
		t.Errorf("all chats count %d bytes, have %d, may have %d", c.bytes, total, maxTotalBytes)
	}
}

func TestThreadsAreBounded(t *testing.T) {
	t.Parallel()
	var c chats
	c.init(quartz.NewReal(), nil)
	for i := range maxThreads {
		if !c.addThread(fmt.Sprint(i), thread{}) {
			t.Fatalf("%d threads are too many", i)
		}
	}
	if c.addThread("more", thread{}) {
		t.Error("there is no end of them")
	}
}
