package har

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// maxData bounds a message, in bytes: escaped, it must fit into one line of a
// recording.
const maxData = recording.MaxLine/6 - 4096

// entry reads one entry, the nth; what is no WebSocket is counted.
func (r *reader) entry(n int, fields map[string]json.RawMessage) {
	messages, there := list(fields["_webSocketMessages"])
	kind, _ := text(fields["_resourceType"])
	request := object(fields["request"])
	address, _ := text(request["url"])
	if !there && kind != "websocket" && !strings.HasPrefix(address, "ws") {
		r.session.Skipped++
		return
	}
	if !there {
		r.warn("entry %d: a WebSocket without _webSocketMessages", n)
	}
	start, dated := moment(fields["startedDateTime"])
	twice := "" // what the entries of one socket have in common
	if dated {
		twice = address + " " + string(fields["startedDateTime"]) + " " + string(object(fields["response"])["status"])
	} else {
		start = math.NaN()
	}
	s := &socket{reader: r, entry: n, conn: r.number(twice, len(messages) > 0)}
	s.last, s.earliest = start, start
	for i, raw := range messages {
		s.message(i+1, object(raw))
	}
	if !dated {
		r.warn("entry %d: no startedDateTime: it begins with its first message", n)
	}
	open := s.open(request, object(fields["response"]), address)
	if as, ok := text(fields["_authenticatedAs"]); ok && open.Auth == "present" {
		open.AuthenticatedAs = as
	}
	if len(messages) == 0 && dated {
		r.bare[twice] = open
	}
	r.items = append(append(r.items, timed{s.earliest, open}), s.items...)
}

// number is that of an entry's socket. Some versions of mitmproxy write it twice:
// when it is open, and with its messages when it has ended.
func (r *reader) number(key string, talks bool) int {
	open := r.bare[key]
	if open == nil || !talks {
		r.conns++
		return r.conns
	}
	delete(r.bare, key)
	r.items = slices.DeleteFunc(r.items, func(i timed) bool { return i.o == open })
	return open.Conn
}

// socket is one WebSocket while it is read.
type socket struct {
	reader   *reader
	entry    int
	conn     int
	items    []timed
	last     float64 // the time of the message before
	earliest float64 // the time of its beginning, as far as it is known
	refused  bool
}

// open is the upgrade. Of its headers it keeps whether a token was there, and
// whose; a token that was not refused and does not say is nobody's known.
func (s *socket) open(request, response map[string]json.RawMessage, address string) *trace.Observation {
	o := &trace.Observation{Kind: trace.Open, Conn: s.conn, Path: "/relay", Auth: "absent"}
	if u, err := url.Parse(address); err == nil && u.Path != "" {
		o.Path = u.Path
	} else {
		s.reader.warn("entry %d: no usable url: taken for /relay", s.entry)
	}
	if status, ok := number(response["status"]); ok && status >= 100 && status < 600 && string(response["_assumed"]) != "true" {
		o.Code = int(status)
	}
	headers, _ := list(request["headers"])
	for _, raw := range headers {
		h := object(raw)
		name, _ := text(h["name"])
		value, _ := text(h["value"])
		if strings.EqualFold(name, "authorization") {
			o.Auth = "present"
			if !s.refused && (o.Code == 0 || o.Code == statusUpgraded) {
				o.AuthenticatedAs = holder(value)
			}
		}
	}
	return o
}

// unknownGateway stands for the id of a gateway whose token does not say it.
const unknownGateway = "gw-unknown"

// holder is the gateway id in a token (AUTH-2), which is no secret.
func holder(authorization string) string {
	_, token, _ := strings.Cut(authorization, " ")
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(token, "="))
	if err != nil || !utf8.Valid(text) {
		return unknownGateway
	}
	parts := strings.Split(string(text), ":")
	if len(parts) < 3 || parts[0] == "" {
		return unknownGateway
	}
	return strings.Join(parts[:len(parts)-2], ":")
}

// message reads the nth message of the socket.
func (s *socket) message(n int, fields map[string]json.RawMessage) {
	at, dated := moment(fields["time"])
	if !dated {
		s.reader.warn("entry %d, message %d: no time: taken for that of the one before", s.entry, n)
		at = s.last
	}
	o := &trace.Observation{Kind: trace.Frame, Conn: s.conn}
	data, isText := text(fields["data"])
	opcode, known := number(fields["opcode"])
	kind, _ := text(fields["type"])
	switch strings.ToLower(kind) {
	case "send", "sent", "outgoing":
		o.From = trace.Gateway
	case "receive", "received", "incoming":
		o.From = trace.Connector
	case "error":
		opcode, known = opError, true
	default:
		s.reader.warn("entry %d, message %d: its type is neither send nor receive: left out", s.entry, n)
		return
	}
	if !known {
		s.reader.warn("entry %d, message %d: no opcode: taken for text", s.entry, n)
		opcode = opText
	}
	if !isText && opcode != opClose && opcode != opError {
		s.reader.warn("entry %d, message %d: its data is no text: left out", s.entry, n)
		return
	}
	if len(data) > maxData {
		s.reader.warn("entry %d, message %d: longer than %d bytes: left out", s.entry, n, maxData)
		return
	}
	encoding, _ := text(fields["_encoding"])
	if !s.read(o, n, int(opcode), data, encoding) {
		return
	}
	s.last = at
	if at < s.earliest || math.IsNaN(s.earliest) {
		s.earliest = at
	}
	s.items = append(s.items, timed{at, o})
}

// read fills in what a message says. It is false for one that is left out.
func (s *socket) read(o *trace.Observation, n, opcode int, data, encoding string) bool {
	switch opcode {
	case opPing, opPong:
		return false // they carry nothing of the contract's
	case opClose:
		o.Kind = trace.Close
		o.Code, o.Reason = closing(data)
		s.refused = s.refused || o.Code == unauthorized && o.From == trace.Connector
		return true
	case opError:
		o.Kind, o.Code, o.Reason = trace.Close, -1, data
		return true
	case opBinary:
		o.Data, o.Binary = s.decoded(n, data), true
		return true
	case opText:
	default:
		s.reader.warn("entry %d, message %d: opcode %d is not known: taken for text", s.entry, n, opcode)
	}
	o.Data = []byte(data)
	if encoding == encodedBase64 {
		o.Data = s.decoded(n, data)
	}
	return true
}

func (s *socket) decoded(n int, data string) []byte {
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		s.reader.warn("entry %d, message %d: its data is no base64: taken as it is", s.entry, n)
		return []byte(data)
	}
	return b
}

// closing is the code and the reason of a close frame's body, which programs
// write as base64 or as it is.
func closing(data string) (code int, reason string) {
	body, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		body = []byte(data)
	}
	if len(body) < 2 {
		return noStatus, ""
	}
	return int(binary.BigEndian.Uint16(body)), strings.ToValidUTF8(string(body[2:]), "\uFFFD")
}
