package play

import (
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
)

// Expectations are written in the contract's terms; here they become patterns
// of the wire itself, so that a difference names the wire's own field.

// fields builds a pattern from the parts that were written.
type fields map[string]any

func (f fields) set(name string, p *scenario.Pattern) fields {
	if p != nil {
		f[name] = p.Value
	}
	return f
}

// all adds the entries of a pattern that is a map; anything else stands for
// the whole value and is matched beside the rest.
func (f fields) all(p *scenario.Pattern) fields {
	if p == nil {
		return f
	}
	if m, ok := p.Value.(map[string]any); ok {
		for k, v := range m {
			f[k] = v
		}
	}
	return f
}

// under nests what was written, if anything was.
func (f fields) under(name string, inner fields) fields {
	if len(inner) > 0 {
		f[name] = inner.tree()
	}
	return f
}

func (f fields) tree() any { return map[string]any(f) }

func routedPattern(e *scenario.Routed, rev *wire.Revision) any {
	source := fields{}.
		set("platform", e.Platform).
		set("chat_id", e.Chat).
		set("chat_type", e.ChatType).
		set(rev.ScopeKey, e.Scope).
		set("user_id", e.User).
		set("user_name", e.UserName).
		set("thread_id", e.Thread).
		all(e.Source)
	event := fields{}.
		set("text", e.Text).
		set("message_type", e.Type).
		set("message_id", e.MessageID).
		under("source", source).
		all(e.Event)
	return fields{}.
		set("session_key", e.Session).
		set("session_id", e.SessionID).
		set("notice", e.Notice).
		under("event", event).
		tree()
}

// actionPattern is the pattern of an outbound frame with this op. What a
// revision does not have is not compared in it.
func actionPattern(op string, e *scenario.Action, rev *wire.Revision) any {
	metadata := fields{}.set(rev.ScopeKey, e.Scope).set("thread_id", e.Thread)
	if rev.AuthorInMetadata {
		metadata.set("user_id", e.User)
	}
	action := fields{"op": op}.
		set("chat_id", e.Chat).
		set("session_key", e.Session).
		set("kind", e.Kind).
		set("content", e.Content).
		set("message_id", e.MessageID).
		set("reply_to", e.ReplyTo).
		set("emoji", e.Emoji).
		set("remove", e.Remove).
		set("thread_name", e.Name).
		under("metadata", metadata.all(e.Metadata)).
		all(e.Action)
	frame := fields{"type": "outbound"}.
		under("action", action).
		set("requestId", e.Request).
		set("result", e.Result)
	if rev.TagsPlatform {
		frame.set("platform", e.Platform).set("botId", e.Bot)
	}
	return frame.tree()
}

func resultPattern(e *scenario.Result) any {
	result := fields{}.
		set("success", e.Success).
		set("error", e.Error).
		set("message_id", e.MessageID).
		set("name", e.Name).
		set("type", e.Type)
	return fields{}.set("call", e.Call).set("args", e.Args).under("result", result).tree()
}

// expectedAction says which op an expectation is about, if it is about one.
func expectedAction(e *scenario.Expectation) (string, *scenario.Action) {
	for _, o := range []struct {
		name   string
		action *scenario.Action
	}{
		{wire.OpSend, e.Send},
		{wire.OpEdit, e.Edit},
		{wire.OpTyping, e.Typing},
		{wire.OpFollowUp, e.FollowUp},
		{wire.OpGetChatInfo, e.GetChatInfo},
		{wire.OpReact, e.React},
		{wire.OpThreadCreate, e.ThreadCreate},
		{wire.OpThreadRename, e.ThreadRename},
		{wire.OpSendMedia, e.SendMedia},
		{wire.OpPrompt, e.Prompt},
	} {
		if o.action != nil {
			return o.name, o.action
		}
	}
	return "", nil
}
