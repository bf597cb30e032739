package gateway

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/relaysim/relaysim/gateway/wire"
)

// cursor is shown behind a text that still grows.
const cursor = " ▉"

// growing is the message of a stream that is being written. One goroutine at a
// time uses it.
type growing struct {
	t       *Turn
	replyTo string // of what is sent next: the first message of the stream answers one

	id      string // of the message; "" when there is none yet
	content string // of the message, as it is shown
	seen    int    // bytes of the text that are shown
	fixed   bool   // nothing more is shown before the text is whole
}

func newGrowing(t *Turn) growing { return growing{t: t, replyTo: replyTo(t.Event)} }

// wants says whether a text is worth being shown now.
func (m *growing) wants(text string) bool {
	return !m.fixed && len(text) > m.seen && strings.TrimSpace(text[m.seen:]) != "" && !(m.id == "" && m.mayBeSilence(text))
}

// room is the limit of a message of a stream, and how its length is counted. It
// is lower than the platform's, so that the cursor fits and what is added to a
// message, but not below 500 where the platform's is not (OUT-7, MP-4).
func (m *growing) room() (limit int, length func(string) int) {
	d := m.t.descriptor()
	if d == nil || d.MaxMessageLength <= 0 {
		return 0, wire.CharLen // (HS-5) r6 takes a limit of 0 as it is: none
	}
	safe := max(500, d.MaxMessageLength-d.Length(cursor)-100)
	return min(d.MaxMessageLength, safe), d.Length
}

// canEdit says whether a message can grow at all.
func (m *growing) canEdit() bool {
	d := m.t.descriptor()
	return d != nil && d.SupportsEdit
}

// grow shows a text that is not whole yet, and returns what is left of it for
// the message that is now the last.
func (m *growing) grow(ctx context.Context, text string) (rest string) {
	if m.fixed = m.fixed || !m.canEdit(); m.fixed {
		return text
	}
	text, ok := m.turnOver(ctx, text)
	if !ok || m.fixed {
		return text
	}
	limit, length := m.room()
	if limit > 0 && length(text+cursor) > limit {
		m.put(ctx, text, "")
	} else {
		m.put(ctx, text, cursor)
	}
	return text
}

// turnOver lets a text that is too long for its message go on in another, as
// often as needed, and returns what the last one holds. It is not ok when a
// message could not be shown.
func (m *growing) turnOver(ctx context.Context, text string) (rest string, ok bool) {
	limit, length := m.room()
	for limit > 0 && length(text) > limit {
		head, rest := wire.CutHead(text, limit, length)
		if head == "" || !m.put(ctx, head, "") {
			return text, false
		}
		m.id, m.content, m.seen = "", "", 0
		text = rest
	}
	return text, true
}

// put sends the message, or edits it, unless it is shown so already.
func (m *growing) put(ctx context.Context, text, cursor string) bool {
	content := text + cursor
	if content == m.content {
		return true
	}
	a := wire.Action{ChatID: m.t.Event.Source.ChatID, Metadata: threadMetadata(m.t.Event)}
	if m.id == "" {
		a.Op, a.ReplyTo, a.Metadata = wire.OpSend, m.replyTo, expectingEdits(a.Metadata)
	} else {
		a.Op, a.MessageID = wire.OpEdit, m.id
	}
	r := m.t.sendText(ctx, a, content)
	if r.Success && a.Op == wire.OpSend {
		m.id, m.replyTo = r.MessageID, ""
	}
	switch {
	case r.Success && m.id != "":
	case r.Success, a.Op == wire.OpSend && faultOf(r.Error) == timeoutFault:
		m.fixed = true // it is there, or may be: what is left goes on in another
	default:
		// An edit may be tried again whatever became of it, and so may what a
		// network has lost (OUT-10).
		m.fixed = faultOf(r.Error) == otherFault
		return false
	}
	m.content, m.seen = content, len(text)
	return true
}

func expectingEdits(metadata map[string]any) map[string]any {
	if metadata == nil {
		metadata = map[string]any{}
	}
	metadata["expect_edits"] = true
	return metadata
}

// finish delivers a text that is whole, and returns the message for what comes
// after it.
func (m *growing) finish(ctx context.Context, text string) (next growing, err error) {
	err = m.deliver(ctx, text)
	return growing{t: m.t, replyTo: m.replyTo}, err
}

// deliver shows what is not shown yet, without a cursor.
func (m *growing) deliver(ctx context.Context, text string) error {
	if m.id == "" && (strings.TrimSpace(text) == "" || m.isSilence(text)) {
		return nil // (TURN-6)
	}
	if m.id != "" && !m.fixed {
		rest, ok := m.turnOver(ctx, text)
		if text = rest; ok && m.id != "" && m.finalEdit(ctx, text) {
			return nil
		}
	}
	text = strings.TrimLeftFunc(text[m.seen:], unicode.IsSpace)
	if text == "" {
		return nil
	}
	return m.sendWhole(ctx, text)
}

// finalEdit takes the cursor away and shows the end of the text, again where
// that helps.
func (m *growing) finalEdit(ctx context.Context, text string) bool {
	if m.put(ctx, text, "") {
		return true
	}
	for _, wait := range replyBackOff {
		if m.fixed || !m.t.g.sleep(ctx, wait) {
			return false
		}
		if m.put(ctx, text, "") {
			return true
		}
	}
	return false
}

// sendWhole sends a text of which nothing is shown, in pieces that fit, as a
// reply is sent (OUT-9).
func (m *growing) sendWhole(ctx context.Context, text string) error {
	rev := m.t.g.rev
	limit, length := m.room()
	pieces := wire.Chunk(text, limit, length, rev)
	if len(pieces) == 1 && rev.ClosesLastFence {
		pieces[0] = wire.CloseFence(text)
	}
	a := wire.Action{Op: wire.OpSend, ChatID: m.t.Event.Source.ChatID, ReplyTo: m.replyTo, Metadata: replyMetadata(m.t.Event)}
	if rev.ExpectsEditsAlways {
		a.Metadata = expectingEdits(a.Metadata)
	}
	m.t.g.addOrigin(a.Metadata, m.t.origin)
	m.replyTo = ""
	var first string
	for i, piece := range pieces {
		r := m.t.sendPiece(ctx, a, piece)
		if !r.Success {
			return errors.New(r.Error)
		}
		if i == 0 {
			first = r.MessageID
		}
		a.ReplyTo = ""
		if rev.ChainsPieces && i < len(pieces)-2 {
			a.ReplyTo = first
		}
	}
	return nil
}

// silences are what a model says that has nothing to say, where the revision
// knows that (Revision.KnowsSilence).
var silences = [...]string{"[SILENT]", "NO_REPLY"}

func (m *growing) isSilence(text string) bool {
	return m.t.g.rev.KnowsSilence && slices.Contains(silences[:], strings.TrimSpace(text))
}

// mayBeSilence says whether a text may still become one that is not sent.
func (m *growing) mayBeSilence(text string) bool {
	return m.t.g.rev.KnowsSilence && slices.ContainsFunc(silences[:], func(s string) bool {
		return strings.HasPrefix(s, strings.TrimSpace(text))
	})
}
