package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

type outboundIn struct {
	Descriptors []map[string]any
	Identities  [][2]string
	Inbound     []map[string]any
	Call        struct {
		Op   string
		Args map[string]any
	}
	Result any
}

type outboundOut struct {
	Absent     bool
	SessionKey string `json:"session_key"`
	Result     any
	Frames     []map[string]any
}

// TestOutboundGolden makes each case's call and compares the frames that go
// out and what the caller hears. Covers SC-1 to SC-5, OUT-2, OUT-3, OUT-9,
// OUT-10, FU-1, FU-5, INT-1, MP-2, MP-3, HS-7, TURN-6.
func TestOutboundGolden(t *testing.T) {
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			golden.Run(t, "testdata/outbound_frames-"+rev.Name+".json", outboundExceptions(t, rev), func(c golden.Case) error {
				got, want, err := playOutbound(t, rev, c)
				if diff := cmp.Diff(want, got); diff != "" {
					err = errors.Join(err, errors.New(diff))
				}
				return err
			})
		})
	}
}

func outboundExceptions(t *testing.T, rev *wire.Revision) []golden.Exception {
	// instead checks the one frame that goes out and what the caller hears.
	instead := func(action, result map[string]any) func(golden.Case) error {
		return func(c golden.Case) error {
			got, _, err := playOutbound(t, rev, c)
			if err != nil || len(got.Frames) != 1 {
				return fmt.Errorf("%d frames, error %v", len(got.Frames), err)
			}
			if diff := cmp.Diff(action, got.Frames[0]["action"]); action != nil && diff != "" {
				return errors.New(diff)
			}
			if diff := cmp.Diff(result, got.Result); result != nil && diff != "" {
				return errors.New(diff)
			}
			return nil
		}
	}
	heard := func(success bool, id, err any) map[string]any {
		return map[string]any{"success": success, "message_id": id, "error": err}
	}
	const (
		media   = "MED is a later issue"
		prompts = "PRM is a later issue"
		slack   = "SL is a later issue"
		raises  = "the reference threw"
	)
	es := []golden.Exception{
		{Cases: "chat id number", Rule: "OUT-2", Why: "an id is a text", Instead: instead(nil, heard(true, "out-1", nil))},
		{Cases: "result: success truthy", Rule: "OUT-2", Why: "only true is success", Instead: instead(nil, heard(false, "5", nil))},
		{Cases: "result: success string false", Rule: "OUT-2", Why: "only true is success", Instead: instead(nil, heard(false, nil, nil))},
		{Cases: "result is a .*", Rule: "OUT-1", Why: raises,
			Instead: instead(nil, heard(false, nil, "relay result is not an object"))},
		{Cases: "chat info is a string", Rule: "OUT-3", Why: raises,
			Instead: instead(nil, map[string]any{"name": "100", "type": "dm"})},
		{Cases: "turn: long text over the limit, words", Rule: "OUT-7", Why: "the reference split no reply",
			Instead: func(c golden.Case) error { return checkPieces(t, rev, c) }},
		{Cases: "image.*|.* without a media client|slack image anchor flat", Why: media},
		{Cases: "turn: (html image|image, .*|voice directive|as document directive|media tag .*)", Why: media},
		{Cases: "approval.*|slash confirm.*|clarify.*", Why: prompts},
		{Cases: "stop typing, chat never seen", Why: slack},
	}
	if rev.OpDiscovery {
		return append(es,
			golden.Exception{Cases: "edit result without id", Rule: "OUT-2", Why: "a result says what the wire said",
				Instead: instead(nil, heard(true, nil, nil))},
			golden.Exception{Cases: "edit refused", Rule: "OUT-2", Why: "a result says what the wire said",
				Instead: instead(nil, heard(false, nil, "no"))},
			golden.Exception{Cases: "react without a message", Why: "RX-1: a check of the reference's own caller"},
			golden.Exception{Cases: "slack (dm reply threads .*|reply_in_thread .*|typing anchor)|typing with a status text|turn: slack .*", Why: slack},
			golden.Exception{Cases: "explicit logical platform", Rule: "MP-2", Why: "a platform is forced by Action.Platform, not by a key that metadata hides",
				Instead: instead(nil, heard(true, "out-1", nil))},
		)
	}
	const noMethod = "the reference had no such call: OUT-2 has the op in both revisions"
	edit := func(content string, metadata map[string]any) map[string]any {
		return map[string]any{"op": "edit", "chat_id": "100", "message_id": "out-1", "content": content, "metadata": metadata}
	}
	typing := func(metadata map[string]any) map[string]any {
		return map[string]any{"op": "typing", "chat_id": "100", "metadata": metadata}
	}
	none := map[string]any{}
	status := typing(none)
	status["content"] = "Finding answers…"
	return append(es,
		golden.Exception{Cases: "edit result without id", Rule: "OUT-2", Why: noMethod, Instead: instead(edit("edited", none), heard(true, nil, nil))},
		golden.Exception{Cases: "edit refused", Rule: "OUT-2", Why: noMethod, Instead: instead(edit("edited", none), heard(false, nil, "no"))},
		golden.Exception{Cases: "edit with supports_edit false|edit not in supported_ops", Rule: "OUT-2", Why: noMethod,
			Instead: instead(edit("edited", none), heard(true, "out-1", nil))},
		golden.Exception{Cases: "edit with metadata", Rule: "OUT-2", Why: noMethod,
			Instead: instead(edit("e", map[string]any{"thread_id": "t"}), heard(true, "out-1", nil))},
		golden.Exception{Cases: "typing with metadata", Rule: "OUT-2", Why: noMethod, Instead: instead(typing(map[string]any{"thread_id": "t"}), nil)},
		golden.Exception{Cases: "slack typing keeps a thread", Rule: "OUT-2", Why: noMethod, Instead: instead(typing(map[string]any{"thread_id": "9"}), nil)},
		golden.Exception{Cases: "typing refused is silent|slack typing anchor|slack channel typing has no anchor", Rule: "OUT-2", Why: noMethod,
			Instead: instead(typing(none), nil)},
		golden.Exception{Cases: "typing with a status text", Rule: "OUT-2", Why: noMethod, Instead: instead(status, nil)},
		golden.Exception{Cases: "react.*|thread (create|rename).*|send_for_platform.*", Why: "RX, TH and MP begin in r8"},
	)
}

// checkPieces checks a reply that is too long for one message: pieces that
// fit, the first of which answers the message, and nothing lost (OUT-7, OUT-9).
func checkPieces(t *testing.T, rev *wire.Revision, c golden.Case) error {
	got, want, err := playOutbound(t, rev, c)
	if err != nil || len(got.Frames) < 2 {
		return fmt.Errorf("%d frames, error %v", len(got.Frames), err)
	}
	var words []string
	for i, f := range got.Frames {
		a := f["action"].(map[string]any)
		content := a["content"].(string)
		if n := wire.CharLen(content); n > 2000 {
			return fmt.Errorf("piece %d has %d characters", i, n)
		}
		if first := a["reply_to"] == "m1"; first != (i == 0) {
			return fmt.Errorf("piece %d has reply_to %v", i, a["reply_to"])
		}
		ws := strings.Fields(content)
		words = append(words, ws[:len(ws)-1]...) // the last is (i/n)
	}
	whole := strings.Fields(want.Frames[0]["action"].(map[string]any)["content"].(string))
	if !slices.Equal(words, whole) {
		return fmt.Errorf("%d words went out, want %d", len(words), len(whole))
	}
	return nil
}

// playOutbound returns what the gateway did in a case and what the reference did.
func playOutbound(t *testing.T, rev *wire.Revision, c golden.Case) (got, want outboundOut, err error) {
	var in outboundIn
	if err := errors.Join(json.Unmarshal(c.In, &in), json.Unmarshal(c.Out, &want)); err != nil {
		return got, want, err
	}
	want.Frames = slices.DeleteFunc(want.Frames, func(f map[string]any) bool {
		return in.Call.Op == "handler_returns" && reactOrClear(f) // RX-1 and SL-4 belong to a later issue
	})
	synctest.Test(t, func(t *testing.T) { got = call(t, rev, in) })
	return got, want, nil
}

func reactOrClear(frame map[string]any) bool {
	op := frame["action"].(map[string]any)["op"]
	return op == "react" || op == "typing"
}

// call connects a gateway, gives it the inbound events and makes the call.
func call(t *testing.T, rev *wire.Revision, in outboundIn) outboundOut {
	reply := ""
	if in.Call.Op == "handler_returns" {
		reply, _ = in.Call.Args["text"].(string)
	}
	r := newRig(t, rev, func(context.Context, *gateway.Turn) (string, error) { return reply, nil },
		func(o *gateway.Options) {
			o.Identities = nil
			for _, id := range in.Identities {
				o.Identities = append(o.Identities, wire.Identity{Platform: id[0], BotID: id[1]})
			}
		})
	r.prepare = func(p *peer) {
		descriptors := slices.Clone(in.Descriptors)
		p.greet = func(p *peer, _ map[string]any) {
			p.send(map[string]any{"type": "descriptor", "descriptor": descriptors[0]})
			descriptors = descriptors[1:]
		}
		p.answer = func(map[string]any) any {
			if o, ok := in.Result.(map[string]any); ok {
				if raw, ok := o["__raw__"]; ok {
					return json.RawMessage(must(json.Marshal(raw)))
				}
			}
			return in.Result
		}
	}
	r.run()
	p := r.peer(0)
	for _, e := range in.Inbound {
		p.inbound(e)
	}
	got := outboundOut{Frames: []map[string]any{}}
	if in.Call.Op == "handler_returns" {
		got.SessionKey = strings.Fields(r.seen.routed[0])[0]
	} else {
		got.Result = shown(in.Call.Op, r.gw.Do(context.Background(), actionOf(in.Call.Op, in.Call.Args)))
	}
	wait(10 * time.Second) // a retry waits (OUT-10)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.got {
		if f["type"] == "outbound" || f["type"] == "interrupt" {
			delete(f, "requestId")
			got.Frames = append(got.Frames, f)
		}
	}
	return got
}

// actionOf is a case's call as an action.
func actionOf(op string, args map[string]any) wire.Action {
	str := func(name string) string {
		if args[name] == nil {
			return ""
		}
		return fmt.Sprint(args[name])
	}
	a := wire.Action{ChatID: str("chat_id"), MessageID: str("message_id"), ReplyTo: str("reply_to"),
		SessionKey: str("session_key"), Kind: str("kind"), Emoji: str("emoji"), Reason: str("reason"), Platform: str("logical_platform")}
	if s, ok := args["content"].(string); ok {
		a.Content = &s
	}
	a.Metadata, _ = args["metadata"].(map[string]any)
	a.Remove, _ = args["remove"].(bool)
	switch op {
	case "send_then_auto_thread", "send_for_platform":
		a.Op = wire.OpSend
	case "edit_message", "edit_message_meta":
		a.Op = wire.OpEdit
	case "send_typing":
		a.Op = wire.OpTyping
	case "send_typing_status":
		a.Op, a.Content = wire.OpTyping, text(str("text"))
	case "send_follow_up":
		a.Op = wire.OpFollowUp
	case "send_interrupt":
		a.Op = wire.OpInterrupt
	case "_react":
		a.Op = wire.OpReact
	case "create_handoff_thread":
		a.Op, a.ChatID, a.ThreadName = wire.OpThreadCreate, str("parent_chat_id"), str("name")
	case "rename_thread":
		renameThread(&a, args, str)
	default:
		a.Op = op
	}
	return a
}

// renameThread does what the reference's own method does before it sends
// (TH-2): the thread stands in for its parent, and the name is one line.
func renameThread(a *wire.Action, args map[string]any, str func(string) string) {
	a.Op, a.ChatID, a.MessageID = wire.OpThreadRename, str("parent_chat_id"), str("thread_id")
	if a.ChatID == "" {
		a.ChatID = a.MessageID
	}
	a.ThreadName = strings.Join(strings.Fields(str("name")), " ")
	if len(a.ThreadName) > 100 {
		a.ThreadName = a.ThreadName[:100]
	}
	if args["prefer_connector_created"] == true {
		a.Extra = map[string]any{"only_if_connector_created": true}
	} else if name, ok := args["only_if_current_name"]; ok {
		a.Extra = map[string]any{"only_if_current_name": name}
	}
}

// shown is a result in the shape in which the case has it.
func shown(op string, r wire.Result) any {
	switch op {
	case "get_chat_info":
		return map[string]any{"name": r.ChatName, "type": r.ChatType}
	case "send_interrupt", "send_typing", "send_typing_status":
		return nil
	case "_react", "rename_thread":
		return r.Success
	case "create_handoff_thread":
		if r.ThreadID == "" {
			return nil
		}
		return r.ThreadID
	}
	return map[string]any{"success": r.Success, "message_id": orNil(r.MessageID), "error": orNil(r.Error)}
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
