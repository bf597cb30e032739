package har

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// origin stands for the connector's, which a recording does not say.
const origin = "ws://connector.invalid"

// Writer collects a trace and writes it as an archive, a socket an entry. It
// holds the trace until Close: an archive has a socket's messages in one place.
type Writer struct {
	w       io.Writer
	sockets []*entry
	byConn  map[int]*entry
	ended   map[*entry]time.Duration
	left    int
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: w, byConn: map[int]*entry{}, ended: map[*entry]time.Duration{}}
}

// Add adds an observation. What did not cross a socket has no place in an
// archive; LeftOut counts it.
func (w *Writer) Add(o *trace.Observation) {
	switch o.Kind {
	case trace.Open:
		e := newEntry(o)
		w.sockets = append(w.sockets, e)
		w.byConn[o.Conn] = e
	case trace.Frame, trace.Close:
		e := w.byConn[o.Conn]
		if e == nil { // the recording began while it was open
			w.Add(&trace.Observation{Kind: trace.Open, At: o.At, Conn: o.Conn, Path: "/relay", Auth: "absent"})
			e = w.byConn[o.Conn]
		}
		e.Messages = append(e.Messages, newMessage(o))
		w.ended[e] = o.At
	default:
		w.left++
	}
}

// LeftOut is how many observations an archive has no place for.
func (w *Writer) LeftOut() int { return w.left }

// Close writes the archive. It does not close the underlying writer.
func (w *Writer) Close() error {
	var a archive
	a.Log.Version = "1.2"
	a.Log.Creator = creator{"relaysim", "1"}
	a.Log.Pages, a.Log.Entries = []any{}, []entry{}
	for _, e := range w.sockets {
		if at, ok := w.ended[e]; ok {
			start, _ := time.Parse(time.RFC3339Nano, e.Started)
			e.Time = float64(at-start.Sub(epoch)) / float64(time.Millisecond)
			e.Timings.Receive = e.Time
		}
		a.Log.Entries = append(a.Log.Entries, *e)
	}
	enc := json.NewEncoder(w.w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(a)
}

// epoch is the time at which every recording begins, since it has no date.
var epoch = time.Unix(0, 0).UTC()

func newEntry(o *trace.Observation) *entry {
	status := o.Code
	if status == 0 {
		status = statusUpgraded
	}
	e := &entry{
		ResourceType: "websocket", AuthenticatedAs: o.AuthenticatedAs,
		Started: epoch.Add(o.At).Format(time.RFC3339Nano),
		Request: request{
			Method: http.MethodGet, URL: origin + o.Path, HTTPVersion: "HTTP/1.1",
			Cookies: []any{}, Headers: []header{}, QueryString: []any{}, HeadersSize: -1,
		},
		Response: response{
			Status: status, Assumed: o.Code == 0, StatusText: http.StatusText(status), HTTPVersion: "HTTP/1.1",
			Cookies: []any{}, Headers: []header{}, HeadersSize: -1, BodySize: -1,
		},
		Messages: []message{},
	}
	if o.Auth == "present" {
		e.Request.Headers = append(e.Request.Headers, header{"Authorization", "Bearer [redacted]"})
	}
	return e
}

func newMessage(o *trace.Observation) message {
	m := message{Type: "send", Time: seconds(o.At), Opcode: opText}
	if o.From == trace.Connector {
		m.Type = "receive"
	}
	switch {
	case o.Kind == trace.Close && o.Code < 0:
		m.Opcode, m.Data = opError, o.Reason
	case o.Kind == trace.Close:
		m.Opcode, m.Data = opClose, base64.StdEncoding.EncodeToString(closeFrame(o))
	case o.Binary:
		m.Opcode, m.Data = opBinary, base64.StdEncoding.EncodeToString(o.Data)
	case !utf8.Valid(o.Data):
		m.Data, m.Encoding = base64.StdEncoding.EncodeToString(o.Data), encodedBase64
	default:
		m.Data = string(o.Data)
	}
	return m
}

// closeFrame is the body of a close frame (RFC 6455 §5.5.1).
func closeFrame(o *trace.Observation) []byte {
	if o.Code == 0 || o.Code == noStatus {
		return nil
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(o.Code)), o.Reason...)
}

// seconds is a time with as many digits as it needs.
func seconds(d time.Duration) json.Number {
	return json.Number(strconv.FormatFloat(d.Seconds(), 'f', -1, 64))
}
