package convert

import (
	"maps"
	"reflect"

	"github.com/relaysim/relaysim/sim/scenario"
)

func pattern(v any) *scenario.Pattern { return &scenario.Pattern{Set: true, Value: v} }

// absent matches what is not there.
func absent() *scenario.Pattern { return pattern(map[string]any{"$absent": true}) }

// there is a value that was recorded as text; ok is false where it was none.
func there(v any) (s string, ok bool) {
	s, ok = v.(string)
	return s, ok && s != ""
}

// event expects a turn's event in the contract's terms.
func (d *draft) event(e *scenario.Routed) *scenario.Routed {
	out := &scenario.Routed{Text: e.Text, Session: e.Session}
	if e.Type != nil && e.Type.Value != "text" {
		out.Type = e.Type
	}
	d.covers("IN-1")
	if e.Source == nil {
		return out
	}
	source, _ := e.Source.Value.(map[string]any)
	if scope, ok := there(source[d.scopeKey]); ok {
		out.Scope = pattern(scope)
		d.covers("IN-4")
	}
	if user, ok := there(source["user_id"]); ok {
		out.User = pattern(user)
	}
	if thread, ok := there(source["thread_id"]); ok {
		out.Thread = pattern(thread)
		d.covers("SK-4")
	}
	switch {
	case source["chat_type"] == "dm":
		d.covers("SK-2")
	default:
		d.covers("SK-3")
	}
	return out
}

// action is the expectation of a request of this op; ok is false where the
// language has none.
func action(op string) (e scenario.Expectation, a *scenario.Action, ok bool) {
	a = &scenario.Action{}
	for _, f := range []struct {
		op string
		to **scenario.Action
	}{
		{"send", &e.Send}, {"edit", &e.Edit}, {"typing", &e.Typing}, {"follow_up", &e.FollowUp},
		{"get_chat_info", &e.GetChatInfo}, {"react", &e.React}, {"thread_create", &e.ThreadCreate},
		{"thread_rename", &e.ThreadRename}, {"send_media", &e.SendMedia}, {"prompt", &e.Prompt},
	} {
		if f.op == op {
			*f.to, ok = a, true
		}
	}
	return e, a, ok
}

// request expects a request in the contract's terms; ok is false where only the
// frame itself says it all.
func (d *draft) request(r *request, frame map[string]any) (e scenario.Expectation, ok bool) {
	e, a, ok := action(r.op)
	if !ok {
		return e, false
	}
	rest := maps.Clone(r.action)
	take := func(name string, to **scenario.Pattern) {
		if v, given := rest[name]; given {
			if v != nil {
				*to = pattern(d.id(v))
			}
			delete(rest, name)
		}
	}
	delete(rest, "op")
	chat := rest["chat_id"]
	take("chat_id", &a.Chat)
	if d.chats < 2 && chat != "" && r.op != "get_chat_info" {
		a.Chat = nil
	}
	take("session_key", &a.Session)
	take("kind", &a.Kind)
	take("content", &a.Content)
	take("message_id", &a.MessageID)
	if v, given := rest["reply_to"]; given && v == nil && d.isReply(r) {
		a.ReplyTo = pattern(nil)
	}
	take("reply_to", &a.ReplyTo)
	take("emoji", &a.Emoji)
	take("thread_name", &a.Name)
	if rest["remove"] == false {
		delete(rest, "remove")
	}
	take("remove", &a.Remove)
	d.metadata(r, a, rest)
	if len(rest) > 0 {
		a.Action = pattern(rest)
	}
	d.tags(r, a, frame)
	d.answer(r, a)
	d.asked[r] = a
	return e, true
}

// metadata expects what the gateway added: the scope and the author, or neither
// (SC-1, SC-2, SC-3).
func (d *draft) metadata(r *request, a *scenario.Action, rest map[string]any) {
	wrapped, _ := rest["metadata"].(map[string]any)
	given, isMap := wrapped["$exact"].(map[string]any)
	delete(rest, "metadata")
	if !isMap {
		return
	}
	meta := maps.Clone(given)
	addressed := r.op != "follow_up" && r.op != "get_chat_info" && r.op != "typing"
	if v, ok := meta[d.scopeKey]; ok {
		a.Scope = pattern(v)
		d.covers("SC-1")
	} else if addressed {
		a.Scope = absent()
		d.covers("SC-3")
	}
	if v, ok := meta["user_id"]; ok {
		a.User = pattern(v)
		d.covers("SC-2")
	} else if addressed && d.author {
		a.User = absent()
	}
	if v, ok := meta["thread_id"]; ok {
		a.Thread = pattern(v)
	}
	for _, known := range []string{d.scopeKey, "user_id", "thread_id"} {
		delete(meta, known)
	}
	if meta["notify"] == true && d.isReply(r) {
		delete(meta, "notify")
		d.covers("OUT-9")
	}
	if len(meta) > 0 {
		a.Metadata = pattern(meta)
	}
}

// isReply says whether the gateway sent what the agent returned (OUT-9).
func (d *draft) isReply(r *request) bool {
	wrapped, _ := r.action["metadata"].(map[string]any)
	meta, _ := wrapped["$exact"].(map[string]any)
	return r.op == "send" && meta["notify"] == true
}

// tags expects the platform of the frame where there are several.
func (d *draft) tags(r *request, a *scenario.Action, frame map[string]any) {
	if !d.author || len(d.in.Connector.Platforms) < 2 {
		return
	}
	a.Platform = pattern(frame["platform"])
	d.covers("MP-2")
}

// answer expects what the connector answered, while that is tried out, and
// where it refused.
func (d *draft) answer(r *request, a *scenario.Action) {
	failed := r.result["success"] == false
	switch {
	case d.way.manual:
		a.Request = pattern(map[string]any{"$capture": d.nameOf(r)})
	case d.way.probe:
		a.Result = pattern(answerPattern(r))
	case failed:
		want := map[string]any{"success": false}
		if v := r.result["error"]; v != nil {
			want["error"] = v
		}
		a.Result = pattern(want)
	}
	if failed {
		d.covers("OUT-8")
	}
}

// answerPattern matches a result that is the same in kind.
func answerPattern(r *request) map[string]any {
	want := map[string]any{}
	for k, v := range r.result {
		switch {
		case k == "message_id" && v != nil:
			want[k] = map[string]any{"$re": "."}
		case k == "chat_info" || r.op == "get_chat_info" && k != "success": // the call says what came of it
		case v == nil:
		default:
			want[k] = map[string]any{"$exact": v}
		}
	}
	if r.result["success"] == nil {
		want["success"] = map[string]any{"$absent": true}
	}
	return want
}

// result expects the outcome of a call where it says something: of one outside a
// turn, of one that failed, or of one that asked for a chat.
func (d *draft) result(e *scenario.Result, inTurn bool) *scenario.Result {
	failed := e.Success != nil && e.Success.Value == false
	if inTurn && !failed && e.Name == nil && e.Type == nil {
		return nil
	}
	out := *e
	out.Args = nil
	if e.MessageID != nil {
		out.MessageID = nil
		if id := word(e.MessageID.Value); d.way.manual {
			out.MessageID = e.MessageID
		} else if r := d.byID[id]; r != nil && d.named[r] {
			out.MessageID = pattern(d.id(id))
		}
	}
	return &out
}

// id is a value in which the id of a message that the connector made is a name.
func (d *draft) id(v any) any {
	s, isText := v.(string)
	r := d.byID[s]
	if !isText || r == nil || d.way.manual {
		return v
	}
	d.named[r] = true
	return "${" + d.nameOf(r) + "}"
}

// capture adds the names of ids that something later refers to.
func (d *draft) capture() {
	for r := range d.named {
		a := d.asked[r]
		if a == nil {
			continue
		}
		want := map[string]any{}
		if a.Result != nil {
			if m, ok := a.Result.Value.(map[string]any); ok && !reflect.ValueOf(m).IsNil() {
				want = maps.Clone(m)
			}
		}
		want["message_id"] = map[string]any{"$capture": d.nameOf(r)}
		a.Result = pattern(want)
	}
}
