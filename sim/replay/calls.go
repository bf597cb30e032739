package replay

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// call adds what becomes of a call of the agent's: it begins where it began,
// and its outcome is expected where it ended.
func (c *compiler) call(l *line, done *scenario.Telling) error {
	o := l.Observation
	switch o.Call {
	case "connect":
		again := c.connected
		c.connected = true
		if !again {
			return nil
		}
		return c.begin(l, scenario.Step{Gateway: "connect"})
	case "disconnect":
		return c.begin(l, scenario.Step{Gateway: "disconnect"})
	case "return", "raise":
		if done != nil {
			c.do(l, scenario.Step{Tell: done})
		}
		return nil
	}
	call, ok, err := newCall(o)
	if err != nil || !ok {
		return err
	}
	step := scenario.Step{Agent: call.step}
	if done != nil {
		step = scenario.Step{Tell: done}
	}
	if err := c.begin(l, step); err != nil || !call.op.answered {
		return err
	}
	r, err := c.result(l, call)
	if err != nil {
		return fmt.Errorf("%s: %w", o.Call, err)
	}
	c.expect(l, scenario.Expectation{Result: r})
	return nil
}

// call is a recorded call of the agent's.
type call struct {
	op   op
	args map[string]any // as recorded
	step *scenario.Call
}

// newCall reads a call. It is not ok where the call is not one of the contract's:
// what it did, if anything, its frames tell (see derive).
func newCall(o *trace.Observation) (c call, ok bool, err error) {
	if c.op, ok = ops[o.Call]; !ok {
		return call{}, false, nil
	}
	c.step = &scenario.Call{}
	if err := decode(o.Args.JSON(), &c.args); err != nil {
		return call{}, false, fmt.Errorf("%s: the arguments are no object", o.Call)
	}
	c.op.set(c.step, arguments(c.args))
	return c, true, nil
}

// op is a call that can be played.
type op struct {
	name     string // the contract's
	answered bool   // it waits for a result (OUT-1)
	set      func(*scenario.Call, *scenario.Args)
}

var (
	opSend      = op{"send", true, func(c *scenario.Call, a *scenario.Args) { c.Send = a }}
	opEdit      = op{"edit", true, func(c *scenario.Call, a *scenario.Args) { c.Edit = a }}
	opTyping    = op{"typing", true, func(c *scenario.Call, a *scenario.Args) { c.Typing = a }}
	opFollowUp  = op{"follow_up", true, func(c *scenario.Call, a *scenario.Args) { c.FollowUp = a }}
	opInterrupt = op{"interrupt", false, func(c *scenario.Call, a *scenario.Args) { c.Interrupt = a }}
	opChatInfo  = op{"get_chat_info", true, func(c *scenario.Call, a *scenario.Args) { c.GetChatInfo = a }}
	opReact     = op{"react", true, func(c *scenario.Call, a *scenario.Args) { c.React = a }}
	opCreate    = op{"thread_create", true, func(c *scenario.Call, a *scenario.Args) { c.ThreadCreate = a }}
	opRename    = op{"thread_rename", true, func(c *scenario.Call, a *scenario.Args) { c.ThreadRename = a }}
	opMedia     = op{"send_media", true, func(c *scenario.Call, a *scenario.Args) { c.SendMedia = a }}
	opPrompt    = op{"prompt", true, func(c *scenario.Call, a *scenario.Args) { c.Prompt = a }}
)

// ops are the calls by the names recorders use: the reference's and ours.
var ops = map[string]op{
	"send": opSend, "send_for_platform": opSend,
	"edit": opEdit, "edit_message": opEdit,
	"typing":    opTyping,
	"follow_up": opFollowUp, "send_follow_up": opFollowUp,
	"interrupt": opInterrupt, "send_interrupt": opInterrupt,
	"get_chat_info": opChatInfo,
	"react":         opReact, "thread_create": opCreate, "thread_rename": opRename,
	"send_media": opMedia, "prompt": opPrompt,
}

// arguments are the recorded ones as the scenario language has them. What it has
// no name for goes into the action as it is.
func arguments(recorded map[string]any) *scenario.Args {
	a := &scenario.Args{}
	texts := map[string]*string{
		"chat_id": &a.Chat, "session_key": &a.Session, "message_id": &a.MessageID, "reply_to": &a.ReplyTo,
		"kind": &a.Kind, "reason": &a.Reason, "platform": &a.Platform, "logical_platform": &a.Platform,
		"emoji": &a.Emoji, "thread_name": &a.Name,
	}
	for name, v := range recorded {
		field := texts[name]
		text, isText := v.(string)
		switch {
		case v == nil, name == "finalize": // a hint to the reference's streaming; not on the wire
		case isText && name == "content":
			a.Content = &text
		case isText && field != nil:
			*field = text
		default:
			addArgument(a, name, v)
		}
	}
	return a
}

func addArgument(a *scenario.Args, name string, v any) {
	switch v := v.(type) {
	case bool:
		if name == "remove" {
			a.Remove = v
			return
		}
	case map[string]any:
		if name == "metadata" {
			a.Metadata = v
			return
		}
	}
	if a.Extra == nil {
		a.Extra = map[string]any{}
	}
	a.Extra[name] = v
}

// result expects the recorded outcome of a call.
func (c *compiler) result(l *line, made call) (*scenario.Result, error) {
	pos := c.tape.pos(l)
	var recorded map[string]any
	if err := decode(l.Observation.Result.JSON(), &recorded); err != nil {
		return nil, fmt.Errorf("the result is no object")
	}
	r := &scenario.Result{Call: text(made.op.name, pos)}
	same := map[string]any{}
	for _, name := range []string{"chat_id", "session_key", "message_id", "content"} {
		if v, ok := made.args[name]; ok {
			same[name] = literals(v)
		}
	}
	r.Args = value(same, pos)
	if _, raised := recorded["raises"]; raised {
		r.Success = value(false, pos) // a call is answered with a failure, never an exception (OUT-4)
		return r, nil
	}
	fields := []struct {
		name string
		to   **scenario.Pattern
	}{
		{"success", &r.Success}, {"error", &r.Error}, {"message_id", &r.MessageID}, {"name", &r.Name}, {"type", &r.Type},
	}
	for _, f := range fields {
		// The answer to an edit has no message id (OUT-2); the reference adds the one it was given.
		if v := recorded[f.name]; v != nil && (made.op.name != "edit" || f.name != "message_id") {
			*f.to = value(literals(v), pos)
		}
	}
	return r, nil
}
