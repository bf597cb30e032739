package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// appendObservation appends o's line with its newline. Fields that are zero are
// left out, but for those a reader of the kind looks for.
func appendObservation(b []byte, o *trace.Observation) ([]byte, error) {
	b = append(b, `{"seq":`...)
	b = strconv.AppendInt(b, int64(o.Seq), 10)
	b = append(b, `,"at":`...)
	b = appendSeconds(b, o.At)
	b = appendInt(b, "conn", o.Conn)
	b = appendText(b, "kind", string(o.Kind))
	b = appendString(b, "peer", o.Peer)
	b = appendString(b, "from", string(o.From))
	b = appendSocket(b, o)
	b = appendData(b, o)
	b = appendString(b, "session_key", o.SessionKey)
	b = appendString(b, "session_id", o.SessionID)
	b = appendString(b, "notice", o.Notice)
	b = appendString(b, "chat_id", o.ChatID)
	if o.ActiveTurn || o.Kind == trace.Interrupted {
		b = strconv.AppendBool(append(b, `,"active_turn":`...), o.ActiveTurn)
	}
	b, err := appendValues(b, o)
	if err != nil {
		return nil, fmt.Errorf("recording: seq %d: %w", o.Seq, err)
	}
	b = appendString(b, "state", o.State)
	return append(b, "}\n"...), nil
}

// appendSocket appends what is known of a socket's opening and end.
func appendSocket(b []byte, o *trace.Observation) []byte {
	b = appendString(b, "path", o.Path)
	b = appendString(b, "auth", o.Auth)
	switch {
	case o.AuthenticatedAs != "":
		b = appendText(b, "authenticated_as", o.AuthenticatedAs)
	case o.Auth == "present":
		b = append(b, `,"authenticated_as":null`...)
	}
	if o.Code != 0 || o.Kind == trace.Close {
		b = strconv.AppendInt(append(b, `,"code":`...), int64(o.Code), 10)
	}
	if o.Reason != "" || o.Kind == trace.Close {
		b = appendText(b, "reason", o.Reason)
	}
	return b
}

// appendValues appends the event of a turn and the arguments and outcome of a
// call.
func appendValues(b []byte, o *trace.Observation) (_ []byte, err error) {
	for _, f := range []struct {
		name  string
		value trace.Value
		needs trace.Kind
	}{
		{"event", o.Event, trace.Routed},
		{"args", o.Args, trace.Agent},
		{"result", o.Result, trace.Agent},
	} {
		if f.name == "args" {
			b = appendString(b, "call", o.Call)
		}
		if f.needs != o.Kind && f.value.Raw == nil && f.value.Of == nil {
			continue
		}
		if b, err = appendValue(b, f.name, f.value); err != nil {
			return nil, err
		}
	}
	if o.CalledAt != 0 || o.After != 0 {
		b = appendSeconds(append(b, `,"called_at":`...), o.CalledAt)
		b = strconv.AppendInt(append(b, `,"after":`...), int64(o.After), 10)
	}
	return b, nil
}

// appendData appends the bytes of a message: as frame where it is one JSON line,
// so that a person can read it, else as text, else as base64.
func appendData(b []byte, o *trace.Observation) []byte {
	if o.Data == nil && o.Kind != trace.Frame {
		return b
	}
	switch {
	case o.Binary:
		return appendBase64(b, o.Data)
	case isFrame(o.Data):
		return append(append(b, `,"frame":`...), o.Data[:len(o.Data)-1]...)
	case utf8.Valid(o.Data):
		return appendText(b, "text", string(o.Data))
	}
	// A text message need not be UTF-8 (FR-2), but a JSON string must.
	return append(appendBase64(b, o.Data), `,"binary":false`...)
}

func appendBase64(b, data []byte) []byte {
	b = append(b, `,"base64":"`...)
	return append(base64.StdEncoding.AppendEncode(b, data), '"')
}

// maxDepth bounds the nesting of a message that is written as a frame. The
// decoder refuses 10,000 levels, and the line around it is one more.
const maxDepth = 9000

// isFrame says whether data is one JSON value and its newline and nothing
// else: then its bytes can be spliced into a line and found again.
func isFrame(data []byte) bool {
	line, ok := bytes.CutSuffix(data, []byte("\n"))
	if !ok || len(line) == 0 || bytes.IndexByte(line, '\n') >= 0 {
		return false
	}
	if isSpace(line[0]) || isSpace(line[len(line)-1]) {
		return false
	}
	if bytes.Count(line, []byte("["))+bytes.Count(line, []byte("{")) >= maxDepth {
		return false
	}
	if line[0] == '{' { // nearly every message, and twice as fast
		return trace.Members(line, nil)
	}
	return utf8.Valid(line) && json.Valid(line)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// appendSeconds writes d in seconds, with as many digits as it needs and three
// at least. The result reads back as the same duration.
func appendSeconds(b []byte, d time.Duration) []byte {
	if d < 0 {
		b, d = append(b, '-'), -d
	}
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	b = append(b, '.')
	rest, unit := d%time.Second, time.Second/10
	for n := 1; n <= 3 || rest > 0; n++ {
		b = append(b, byte('0'+rest/unit))
		rest, unit = rest%unit, unit/10
	}
	return b
}

func appendInt(b []byte, name string, n int) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(appendName(b, name), int64(n), 10)
}

func appendString(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return appendText(b, name, s)
}

func appendText(b []byte, name, s string) []byte {
	if plain(s) {
		return append(append(append(appendName(b, name), '"'), s...), '"')
	}
	text, err := json.Marshal(s)
	if err != nil { // a string always encodes
		panic(err)
	}
	return append(appendName(b, name), text...)
}

// plain says whether a text is the same in JSON, which names and ids are.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

// appendValue appends JSON text, on one line.
func appendValue(b []byte, name string, v trace.Value) ([]byte, error) {
	raw := v.Raw
	if raw == nil {
		var err error
		if raw, err = json.Marshal(v.Of); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	line := bytes.NewBuffer(appendName(b, name))
	if err := json.Compact(line, raw); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return line.Bytes(), nil
}

func appendName(b []byte, name string) []byte {
	return append(append(append(b, ',', '"'), name...), '"', ':')
}
