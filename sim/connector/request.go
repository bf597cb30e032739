package connector

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/trace"
)

// request is one outbound frame: an action and who should act.
type request struct {
	id            []byte // JSON, echoed as it came
	platform, bot string // empty where the frame has none
	action        []byte // JSON; nil where there is none
}

// request answers one outbound frame with exactly one result (OUT-1), on the
// reading goroutine.
func (s *socket) request(frame []byte) {
	var r request
	trace.Members(frame, func(key, value []byte) {
		switch string(key) {
		case "requestId":
			r.id = value
		case "platform":
			r.platform, _ = trace.Text(value)
		case "botId":
			r.bot, _ = trace.Text(value)
		case "action":
			r.action = value
		}
	})
	if s.c.manualResults.Load() {
		return
	}
	if id, ok := trace.Text(r.id); !ok || id == "" {
		s.c.note(s.peer, "outbound without a requestId: it cannot be answered")
		return
	}
	s.write(s.perform(&r).frame(r.id), false)
}

// perform acts, or says why not. The connection lives on (OUT-8).
func (s *socket) perform(r *request) result {
	a := parseAction(r.action)
	do, known := op(a.op)
	if !known {
		return refuse(fmt.Sprintf("unknown op %q", a.op))
	}
	if why, ok := s.c.fail[a.op]; ok {
		return refuse(why)
	}
	p, err := s.actingPlatform(r, a)
	if err != nil {
		return refuse(err.Error())
	}
	if !p.offers(a.op) {
		return refuse(fmt.Sprintf("op %q is not in the supported_ops of %s", a.op, p.platform))
	}
	if egress(a.op) && !s.mayEgress(a) {
		return refuse(notRouted)
	}
	if a.op == "follow_up" {
		return s.followUp(a) // has the limits of its capability's platform
	}
	if err := p.limits.check(a.content); err != nil {
		return refuse(err.Error())
	}
	return do(s, a)
}

// actingPlatform is the one whose bot acts: the frame's, which must have been
// advertised (MP-3), else the one the chat was seen on, else the default.
func (s *socket) actingPlatform(r *request, a *action) (*platform, error) {
	advertised := s.c.routes.identitiesOf(s)
	if len(advertised) == 0 {
		return nil, fmt.Errorf("no hello yet")
	}
	if r.platform == "" && r.bot == "" {
		name := advertised[0].platform
		if seen := s.c.chats.platformOf(a.chatID); seen != "" {
			name = seen
		}
		p, _ := s.c.platforms.of(name)
		return p, nil
	}
	for _, id := range advertised {
		if (r.platform == "" || r.platform == id.platform) && (r.bot == "" || r.bot == id.bot) && s.c.platforms.fronts(id) {
			p, _ := s.c.platforms.of(id.platform)
			return p, nil
		}
	}
	return nil, fmt.Errorf("platform %q, bot %q is not advertised on this connection", r.platform, r.bot)
}

// result is the answer to a request.
type result struct {
	err       string // why it failed; empty means success
	messageID string
	threadID  string
	chat      *ChatInfo
}

func refuse(why string) result { return result{err: why} }

// frame is the outbound_result line for a request id.
func (r result) frame(requestID []byte) []byte {
	b := make([]byte, 0, 128)
	b = append(b, `{"type":"outbound_result","requestId":`...)
	b = append(b, requestID...)
	if r.err != "" {
		b = append(b, `,"result":{"success":false,"error":`...)
		b = appendText(b, r.err)
		return append(b, "}}\n"...)
	}
	b = append(b, `,"result":{"success":true`...)
	if r.messageID != "" {
		b = appendText(append(b, `,"message_id":`...), r.messageID)
	}
	if r.threadID != "" {
		b = appendText(append(b, `,"thread_id":`...), r.threadID)
	}
	if r.chat != nil {
		b = appendText(append(b, `,"chat_info":{"name":`...), r.chat.Name)
		b = append(appendText(append(b, `,"type":`...), r.chat.Type), '}')
	}
	return append(b, "}}\n"...)
}
