// Package long writes recordings that are too long to be kept, while they are
// read. It is for tests and benchmarks of what reads them.
package long

import (
	"bytes"
	"fmt"
	"io"
)

// Recording is a long recording that is written while it is read: turns of five
// frames in a hundred sessions on one socket, so nothing of it is ever whole.
type Recording struct {
	turns int // still to be written
	turn  int
	seq   int
	buf   bytes.Buffer
	done  bool
	every func()
}

// framesATurn are the frames of one turn.
const framesATurn = 5

// New returns a recording of about so many frames. every, if not nil, is called
// each time another 2,500 were read.
func New(frames int, every func()) *Recording {
	r := &Recording{turns: frames / framesATurn, every: every}
	r.buf.WriteString(`{"kind":"header","recording":1,"title":"long","revision":"2026-08"}` + "\n")
	r.line(`"conn":1,"kind":"open","path":"/relay","auth":"absent"`)
	r.line(`"conn":1,"kind":"frame","from":"gateway","frame":{"type":"hello","platform":"discord","botId":"B1"}`)
	r.line(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"descriptor","descriptor":{"contract_version":1,"platform":"discord","label":"Discord","max_message_length":2000,"supports_draft_streaming":false,"supports_edit":true,"supports_threads":true,"markdown_dialect":"discord","len_unit":"chars"}}`)
	return r
}

func (r *Recording) line(fields string) {
	r.seq++
	fmt.Fprintf(&r.buf, `{"seq":%d,"at":%d.%03d,%s}`+"\n", r.seq, r.turn/10, r.turn%10*100, fields)
}

// Read returns io.EOF after the end line.
func (r *Recording) Read(p []byte) (int, error) {
	for r.buf.Len() == 0 {
		switch {
		case r.turns > 0:
			r.writeTurn()
		case !r.done:
			r.done = true
			fmt.Fprintf(&r.buf, `{"kind":"end","events":%d}`+"\n", r.seq)
		default:
			return 0, io.EOF
		}
	}
	return r.buf.Read(p)
}

// Close does nothing.
func (r *Recording) Close() error { return nil }

func (r *Recording) writeTurn() {
	r.turns--
	r.turn++
	if r.every != nil && r.turn%500 == 0 {
		r.every()
	}
	chat, user, m := fmt.Sprintf("C%d", r.turn%10), fmt.Sprintf("U%d", r.turn%100), fmt.Sprintf("m%d", r.turn)
	key := "agent:main:discord:group:" + chat + ":" + user
	from := fmt.Sprintf(`{"platform":"discord","chat_id":%q,"chat_type":"group","user_id":%q,"guild_id":"G1","scope_id":"G1"}`, chat, user)
	metadata := fmt.Sprintf(`"scope_id":"G1","user_id":%q`, user)
	r.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"inbound","event":{"text":"hello, what is new?","message_type":"text","message_id":%q,"source":%s}}`, m, from))
	r.line(fmt.Sprintf(`"kind":"routed","session_key":%q,"event":{"text":"hello, what is new?","message_type":"text","message_id":%q,"source":%s}`, key, m, from))
	r.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"t%d","action":{"op":"typing","chat_id":%q,"metadata":{%s}},"platform":"discord","botId":"B1"}`, r.turn, chat, metadata))
	r.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"outbound_result","requestId":"t%d","result":{"success":true}}`, r.turn))
	r.line(fmt.Sprintf(`"kind":"agent","session_key":%q,"call":"return","args":{"session_key":%[1]q,"text":"nothing much"},"result":null`, key))
	r.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"gateway","frame":{"type":"outbound","requestId":"s%d","action":{"op":"send","chat_id":%q,"content":"nothing much","reply_to":%q,"metadata":{"notify":true,%s}},"platform":"discord","botId":"B1"}`, r.turn, chat, m, metadata))
	r.line(fmt.Sprintf(`"conn":1,"kind":"frame","from":"connector","frame":{"type":"outbound_result","requestId":"s%d","result":{"success":true,"message_id":"o%[1]d"}}`, r.turn))
}
