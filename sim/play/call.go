package play

import (
	"maps"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
)

// callOp says which op a call is, and its arguments.
func callOp(c *scenario.Call) (string, *scenario.Args) {
	for _, o := range []struct {
		name string
		args *scenario.Args
	}{
		{wire.OpSend, c.Send},
		{wire.OpEdit, c.Edit},
		{wire.OpTyping, c.Typing},
		{wire.OpFollowUp, c.FollowUp},
		{wire.OpInterrupt, c.Interrupt},
		{wire.OpGetChatInfo, c.GetChatInfo},
		{wire.OpReact, c.React},
		{wire.OpThreadCreate, c.ThreadCreate},
		{wire.OpThreadRename, c.ThreadRename},
		{wire.OpSendMedia, c.SendMedia},
		{wire.OpPrompt, c.Prompt},
	} {
		if o.args != nil {
			return o.name, o.args
		}
	}
	return "", &scenario.Args{}
}

// action makes a call an action. Inside a turn, chat and session default to
// the turn's; t is nil outside of one.
func action(c *scenario.Call, t *target.Turn) wire.Action {
	op, args := callOp(c)
	a := wire.Action{
		Op: op, ChatID: args.Chat, Content: args.Content, MessageID: args.MessageID, ReplyTo: args.ReplyTo,
		SessionKey: args.Session, Kind: args.Kind, Emoji: args.Emoji, ThreadName: args.Name,
		Reason: args.Reason, Remove: args.Remove, Metadata: plain(args.Metadata), Extra: plain(args.Extra),
		Platform: args.Platform,
	}
	if t != nil {
		if a.ChatID == "" {
			a.ChatID = t.Event.Source.ChatID
		}
		if a.SessionKey == "" {
			a.SessionKey = t.SessionKey
		}
	}
	return a
}

// plain copies a map: the gateway under test must not be able to change the scenario.
func plain(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	return maps.Clone(m)
}
