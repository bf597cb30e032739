package gateway_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

type framesIn struct {
	Messages []struct {
		Text      *string
		BinaryHex string `json:"binary_hex"`
	}
	Pending []string `json:"pending_requests"`
}

// framesOut is what a case says came of the messages. A handed-over event is
// known here by what the turn saw.
type framesOut struct {
	Dispatched []dispatched
	Sent       []map[string]any
	Reader     any
	Resolved   map[string]any
}

type dispatched struct {
	Inbound     *inboundSeen
	Interrupt   map[string]any
	Passthrough map[string]any
}

type inboundSeen struct {
	Text        *string
	MessageType string `json:"message_type"`
	Source      struct {
		Platform string
		ChatID   *string `json:"chat_id"`
		UserID   *string `json:"user_id"`
	}
}

// came is what came of a case's messages, as this package can see it.
type came struct {
	Events   []string // text, type, platform, chat and user of each event, as one string
	Cuts     []string
	Acks     []string
	Resolved map[string]string
}

// TestFramesGolden feeds each case's messages to a connected gateway. Covers
// FR-1 to FR-6, OUT-6, IDLE-5, PT-6.
func TestFramesGolden(t *testing.T) {
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			golden.Run(t, "testdata/frames-"+rev.Name+".json", framesExceptions(t, rev), func(c golden.Case) error {
				got, want, err := playFrames(t, rev, c)
				return errors.Join(err, differ(want, got))
			})
		})
	}
}

// framesExceptions are the cases whose golden output a rule replaces. In most
// of them the reference's reader died; ours lives on and hands over what
// follows (FR-6).
func framesExceptions(t *testing.T, rev *wire.Revision) []golden.Exception {
	instead := func(want came) func(golden.Case) error {
		if want.Resolved == nil {
			want.Resolved = map[string]string{}
		}
		return func(c golden.Case) error {
			got, _, err := playFrames(t, rev, c)
			return errors.Join(err, differ(want, got))
		}
	}
	next := instead(came{Events: []string{"after|text|discord|1|u"}})
	const died = "the reference's reader died"
	es := []golden.Exception{
		{Cases: "json that is not an object.*", Rule: "FR-3", Why: died, Instead: next},
		{Cases: "inbound event ('str'|\\['x'\\])", Rule: "IN-5", Why: died, Instead: next},
		{Cases: "passthrough forward .*", Rule: "PT-6", Why: died, Instead: next},
		{Cases: "descriptor (missing fields|absent)", Rule: "HS-4", Why: died, Instead: next},
		{Cases: "binary invalid utf-8", Rule: "FR-2", Why: died, Instead: next},
		{Cases: "binary split inside a utf-8 character", Rule: "FR-1", Why: died,
			Instead: instead(came{Events: []string{"é|text|discord|1|u", "after|text|discord|1|u"}})},
		{Cases: "nan accepted", Rule: "FR-3", Why: "NaN is no JSON", Instead: instead(came{})},
		{Cases: "result missing", Rule: "OUT-1", Why: "no result is a failed one, with nothing of the wire in it",
			Instead: instead(came{Resolved: map[string]string{"r1": ""}})},
		{Cases: "interrupt null fields", Rule: "INT-3", Why: "null names no session",
			Instead: instead(came{Cuts: []string{"  false"}})},
		{Cases: "interrupt typed fields", Rule: "INT-3", Why: "a list is no chat id",
			Instead: instead(came{Cuts: []string{"5  false"}})},
	}
	buffered := came{Events: []string{"|text|relay||"}}
	if rev.AcksBuffered {
		buffered.Acks = []string{"b9"}
		es = append(es,
			golden.Exception{Cases: `inbound bufferId (\['x'\]|\{'a': 1\})`, Rule: "IDLE-5", Why: "an id is a string",
				Instead: instead(came{Events: []string{"hi|text|discord|1|u"}})},
			golden.Exception{Cases: "descriptor platform unhashable", Rule: "FR-6", Why: died, Instead: next},
		)
		es = append(es, golden.Exception{Cases: "inbound (reply_to is a string|slack text null)", Rule: "FR-6", Why: died,
			Instead: func(c golden.Case) error {
				got, _, err := playFrames(t, rev, c)
				if len(got.Events) != 2 || got.Events[1] != "after|text|discord|1|u" {
					return fmt.Errorf("events %q", got.Events)
				}
				return err
			}})
	}
	return append(es, golden.Exception{Cases: "passthrough buffered .*", Rule: "PT-4, PT-7",
		Why: "an interaction is an event, and a buffered one is acknowledged", Instead: instead(buffered)})
}

func differ(want, got came) error {
	if diff := cmp.Diff(want, got); diff != "" {
		return errors.New(diff)
	}
	return nil
}

// playFrames returns what came of a case and what the reference says.
func playFrames(t *testing.T, rev *wire.Revision, c golden.Case) (got, want came, err error) {
	var in framesIn
	var out framesOut
	if err := errors.Join(json.Unmarshal(c.In, &in), json.Unmarshal(c.Out, &out)); err != nil {
		return got, want, err
	}
	synctest.Test(t, func(t *testing.T) { got = feed(t, rev, in) })
	return got, out.came(rev), nil
}

// feed connects a gateway, lets it wait for the pending requests, and feeds it
// the messages.
func feed(t *testing.T, rev *wire.Revision, in framesIn) came {
	ids := slices.Clone(in.Pending)
	r, p := start(t, rev, silent, func(o *gateway.Options) {
		o.NewID = func() string { id := ids[0]; ids = ids[1:]; return id }
	})
	p.answer = func(map[string]any) any { return nil }
	got := came{Resolved: map[string]string{}}
	var mu sync.Mutex
	ctx, cancel := context.WithCancel(t.Context())
	var calls sync.WaitGroup
	for _, id := range in.Pending {
		calls.Go(func() {
			res := r.gw.Do(ctx, wire.Action{Op: "send", ChatID: "1", Content: text("x")})
			if ctx.Err() == nil {
				mu.Lock()
				defer mu.Unlock()
				got.Resolved[id] = sameJSON(res.Raw)
			}
		})
		synctest.Wait()
	}
	for _, m := range in.Messages {
		kind, b := websocket.MessageBinary, []byte(nil)
		if m.Text != nil {
			kind, b = websocket.MessageText, []byte(*m.Text)
		} else {
			b, _ = hex.DecodeString(m.BinaryHex)
		}
		if err := p.ws.Write(ctx, kind, b); err != nil {
			t.Errorf("the gateway reads no more: %v", err)
		}
		synctest.Wait()
	}
	for _, a := range p.frames("inbound_ack") {
		got.Acks = append(got.Acks, fmt.Sprint(a["bufferId"]))
	}
	cancel()
	calls.Wait()
	for _, e := range r.seen.events {
		for line := range strings.SplitSeq(e.Text, "\n") { // texts merge where a turn still ran (TURN-2)
			got.Events = append(got.Events, strings.Join([]string{line, e.MessageType, e.Source.Platform, e.Source.ChatID, e.Source.UserID}, "|"))
		}
	}
	got.Cuts = r.seen.cuts
	return got
}

// came is what the reference says, as this package would see it.
func (o framesOut) came(rev *wire.Revision) came {
	want := came{Resolved: map[string]string{}}
	for _, d := range o.Dispatched {
		if e := d.Inbound; e != nil {
			want.Events = append(want.Events, strings.Join([]string{deref(e.Text), e.MessageType, e.Source.Platform, deref(e.Source.ChatID), deref(e.Source.UserID)}, "|"))
		}
		if d.Interrupt != nil {
			want.Cuts = append(want.Cuts, fmt.Sprintf("%v %v false", d.Interrupt["session_key"], d.Interrupt["chat_id"]))
		}
	}
	for _, f := range o.Sent {
		want.Acks = append(want.Acks, fmt.Sprint(f["bufferId"]))
	}
	for id, r := range o.Resolved {
		b, _ := json.Marshal(r)
		want.Resolved[id] = sameJSON(b)
	}
	return want
}

// sameJSON spells equal JSON values the same way.
func sameJSON(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
