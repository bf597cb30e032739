package gateway

import (
	"context"
	"strings"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
)

// What a failed reply is tried again with (OUT-10).
const (
	plainTextPrefix = "(Response formatting failed, plain text:)\n\n"
	plainTextMax    = 3500 // characters of the reply
)

// replyBackOff is the waits before each further try after a network error, in
// gateway clock time (OUT-10).
var replyBackOff = [...]time.Duration{2 * time.Second, 4 * time.Second}

// reply sends what the agent returned: trimmed, in pieces that fit, to the
// message that began the turn (OUT-7, OUT-9, TURN-6). Only the first piece
// carries reply_to: the others follow it. After a piece that cannot be
// delivered nothing more is sent.
func (t *Turn) reply(ctx context.Context, text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return // (TURN-6)
	}
	a := wire.Action{
		Op:       wire.OpSend,
		ChatID:   t.Event.Source.ChatID,
		ReplyTo:  replyTo(t.Event),
		Metadata: replyMetadata(t.Event),
	}
	t.g.addOrigin(a.Metadata, t.origin)
	for _, piece := range t.split(text) {
		r := t.sendPiece(ctx, a, piece)
		if !r.Success {
			t.g.log.Warn("relay: reply not delivered", "session", t.SessionKey, "error", r.Error)
			return
		}
		a.ReplyTo = ""
	}
}

// split cuts a text into pieces that the chat's platform takes (OUT-7, MP-4).
func (t *Turn) split(text string) []string {
	d := t.descriptor()
	if d == nil || d.MaxMessageLength <= 0 {
		return []string{text} // (HS-5) r6 takes a limit of 0 as it is: none
	}
	if d.Length(text) <= d.MaxMessageLength {
		return []string{text}
	}
	return wire.Chunk(text, d.MaxMessageLength, d.Length, t.g.rev)
}

// descriptor is that of the chat's platform; nil before the first handshake.
func (t *Turn) descriptor() *wire.Descriptor {
	return t.g.descriptorOf(t.g.addressOf(t.origin.platform).platform)
}

// sendPiece sends one piece, and again where that helps (OUT-10).
func (t *Turn) sendPiece(ctx context.Context, a wire.Action, text string) wire.Result {
	r := t.sendText(ctx, a, text)
	for _, wait := range replyBackOff {
		if r.Success || faultOf(r.Error) != networkFault || !t.g.sleep(ctx, wait) {
			break
		}
		r = t.sendText(ctx, a, text)
	}
	if r.Success || faultOf(r.Error) != otherFault {
		return r
	}
	// The prefix makes the piece longer: it may need two messages now.
	for _, plain := range t.split(plainTextPrefix + firstChars(text, plainTextMax)) {
		if r = t.sendText(ctx, a, plain); !r.Success {
			break
		}
		a.ReplyTo = ""
	}
	return r
}

func (t *Turn) sendText(ctx context.Context, a wire.Action, text string) wire.Result {
	if why := t.wasCancelled(); why != nil {
		return failure(why.Error()) // (TURN-3)
	}
	a.Content = &text
	return t.g.do(ctx, a, t.origin)
}

// sleep waits in gateway clock time. It returns false when ctx ended first.
func (g *Gateway) sleep(ctx context.Context, d time.Duration) bool {
	p := g.newPause()
	timer := g.clock.AfterFunc(d, p.wake)
	p.wait(ctx)
	timer.Stop()
	return ctx.Err() == nil
}

// firstChars is the first n characters of s.
func firstChars(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
