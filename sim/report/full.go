package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// Full writes everything that is known of one observation: frames and values as
// indented JSON, the body of a forward decoded. Secrets and what could move the
// cursor are left out. The error is that of the writer.
func Full(w io.Writer, o *trace.Observation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "seq %d at %.4fs, %s", o.Seq, o.At.Seconds(), o.Kind)
	for _, part := range []string{socket(o), plain(o.Peer), fields("from", string(o.From))} {
		if part != "" {
			b.WriteString(", " + part)
		}
	}
	b.WriteByte('\n')
	if o.Kind == trace.Frame {
		fullMessage(&b, o)
	} else {
		fullFields(&b, o)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// fullMessage writes the frames that a message completed, and the message
// itself where it is not just one of them.
func fullMessage(b *strings.Builder, o *trace.Observation) {
	line, whole := bytes.CutSuffix(o.Data, []byte("\n"))
	if len(o.Frames) != 1 || !whole || !bytes.Equal(o.Frames[0].Line, line) || o.Binary {
		kind := "text"
		if o.Binary {
			kind = "binary"
		}
		fmt.Fprintf(b, "%s message, %d bytes: %s\n", kind, len(o.Data), escape(cutSecrets(string(o.Data))))
	}
	for _, f := range o.Frames {
		if !f.Valid() {
			fmt.Fprintf(b, "no frame: %s\n", escape(cutSecrets(string(f.Line))))
			continue
		}
		raw := trace.Field(f.Line, "forward", "bodyB64")
		body, _ := trace.Text(raw)
		if body == "" {
			fmt.Fprintf(b, "%s\n", indented(f.Line))
			continue
		}
		// Base64 would hide a secret from the eye that cuts it.
		fmt.Fprintf(b, "%s\n", indented(bytes.Replace(f.Line, raw, []byte(`"…"`), 1)))
		fullBody(b, body)
	}
}

// fullBody writes what a provider posted.
func fullBody(b *strings.Builder, text string) {
	body, err := base64.StdEncoding.DecodeString(text)
	switch {
	case err != nil:
		fmt.Fprintf(b, "bodyB64 is no base64: %v\n", err)
	case json.Valid(body):
		fmt.Fprintf(b, "bodyB64 decoded:\n%s\n", indented(body))
	default:
		fmt.Fprintf(b, "bodyB64 decoded, %d bytes: %s\n", len(body), escape(cutSecrets(string(body))))
	}
}

func fullFields(b *strings.Builder, o *trace.Observation) {
	for _, f := range []struct{ name, value string }{
		{"path", o.Path}, {"auth", o.Auth}, {"authenticated as", o.AuthenticatedAs},
		{"code", number(o.Code)}, {"reason", o.Reason}, {"state", o.State},
		{"session key", o.SessionKey}, {"chat", o.ChatID}, {"call", o.Call},
	} {
		if f.value != "" {
			fmt.Fprintf(b, "%s: %s\n", f.name, escape(cutSecrets(f.value)))
		}
	}
	if o.Kind == trace.Interrupted {
		fmt.Fprintf(b, "active turn: %v\n", o.ActiveTurn)
	}
	if o.Kind == trace.Agent && (o.CalledAt != 0 || o.After != 0) {
		fmt.Fprintf(b, "called at: %.4fs, after seq %d\n", o.CalledAt.Seconds(), o.After)
	}
	for _, v := range []struct {
		name  string
		value trace.Value
	}{{"event", o.Event}, {"args", o.Args}, {"result", o.Result}} {
		if v.value.Raw != nil || v.value.Of != nil {
			fmt.Fprintf(b, "%s: %s\n", v.name, indented(v.value.JSON()))
		}
	}
	if len(o.Data) > 0 {
		fmt.Fprintf(b, "data: %s\n", escape(cutSecrets(string(o.Data))))
	}
}

// indented is JSON for people, fit for a terminal.
func indented(raw []byte) string {
	var pretty bytes.Buffer
	if json.Indent(&pretty, raw, "", "  ") != nil {
		return escape(cutSecrets(string(raw)))
	}
	text := cutSecrets(pretty.String())
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = escape(l)
	}
	text = strings.Join(lines, "\n")
	if !utf8.ValidString(text) {
		return escape(text)
	}
	return text
}
