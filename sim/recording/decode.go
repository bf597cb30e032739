package recording

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// lineFields are the fields of an observation's line and of the end line. A
// message is in one of Frame, Text and Base64.
type lineFields struct {
	Kind            string          `json:"kind"`
	Seq             int             `json:"seq"`
	At              json.Number     `json:"at"`
	Conn            int             `json:"conn"`
	Peer            string          `json:"peer"`
	From            string          `json:"from"`
	Path            string          `json:"path"`
	Auth            string          `json:"auth"`
	AuthenticatedAs string          `json:"authenticated_as"`
	Code            int             `json:"code"`
	Reason          string          `json:"reason"`
	Frame           json.RawMessage `json:"frame"`
	Text            *string         `json:"text"`
	Base64          *string         `json:"base64"`
	Binary          *bool           `json:"binary"`
	SessionKey      string          `json:"session_key"`
	SessionID       string          `json:"session_id"`
	Notice          string          `json:"notice"`
	ChatID          string          `json:"chat_id"`
	ActiveTurn      bool            `json:"active_turn"`
	Event           json.RawMessage `json:"event"`
	Call            string          `json:"call"`
	Args            json.RawMessage `json:"args"`
	Result          json.RawMessage `json:"result"`
	CalledAt        json.Number     `json:"called_at"`
	After           int             `json:"after"`
	State           string          `json:"state"`
	Events          int             `json:"events"`
	Cut             bool            `json:"cut"`
}

// decode reads the line at hand. It returns nil and no error for a kind it
// does not know.
func (r *Reader) decode() (*Line, error) {
	if !r.header {
		return r.decodeHeader()
	}
	var f lineFields
	if err := json.Unmarshal(r.buf, &f); err != nil {
		return nil, explain(err)
	}
	switch trace.Kind(f.Kind) {
	case "":
		return nil, errors.New("no kind: every line says what it is, such as \"kind\":\"frame\"")
	case kindHeader:
		return nil, errors.New("a second header line: a recording is one session, so cut the file here")
	case kindEnd:
		return r.end(f), nil
	}
	if err := r.count(f.Seq); err != nil {
		return nil, err
	}
	return r.observe(f)
}

// decodeHeader reads the first line. The version is looked at before anything
// else, which a later version may write differently.
func (r *Reader) decodeHeader() (*Line, error) {
	var v struct {
		Kind    string `json:"kind"`
		Version int    `json:"recording"`
	}
	err := json.Unmarshal(r.buf, &v)
	switch {
	case v.Kind != kindHeader:
		return nil, errors.New("not a header line: a recording begins with {\"kind\":\"header\",\"recording\":1,…}")
	case err != nil:
		return nil, explain(err)
	case v.Version > Version:
		return nil, fmt.Errorf("the recording has format version %d, this program reads version %d: use a newer one", v.Version, Version)
	case v.Version < 1:
		return nil, fmt.Errorf("the header has no format version: want \"recording\":%d", Version)
	}
	var h Header
	if err := json.Unmarshal(r.buf, &h); err != nil {
		return nil, explain(err)
	}
	r.header = true
	return &Line{Number: r.number, Header: &h}, nil
}

func (r *Reader) end(f lineFields) *Line {
	r.ended = true
	if f.Events != r.events {
		r.warn("the end line counts %d events, %d are there: some were cut out", f.Events, r.events)
	}
	return &Line{Number: r.number, Ended: true, Cut: f.Cut}
}

// count checks the order of the observations.
func (r *Reader) count(seq int) error {
	switch {
	case seq < 1:
		return errors.New("no seq: every line between header and end has one, from 1")
	case seq == r.last:
		return fmt.Errorf("seq %d stands twice: lines were added by hand or two recorders wrote one file", seq)
	case seq < r.last:
		return fmt.Errorf("seq %d after %d: the lines are out of order, sort them by seq", seq, r.last)
	case seq > r.last+1:
		r.warn("seq %d after %d: lines are missing", seq, r.last)
	}
	r.last = seq
	r.events++
	return nil
}

// observe makes the observation of a line.
func (r *Reader) observe(f lineFields) (*Line, error) {
	known, err := f.check()
	if !known {
		if !r.unknown[f.Kind] && len(r.unknown) < maxWarnings {
			r.unknown[f.Kind] = true
			r.warn("kind %q is not known to this program: its lines are left out", f.Kind)
		}
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Kind, err)
	}
	o := &trace.Observation{
		Seq: f.Seq, Kind: trace.Kind(f.Kind), Conn: f.Conn, Peer: f.Peer, From: trace.Side(f.From),
		Path: f.Path, Auth: f.Auth, AuthenticatedAs: f.AuthenticatedAs, Code: f.Code, Reason: f.Reason,
		SessionKey: f.SessionKey, SessionID: f.SessionID, Notice: f.Notice, ChatID: f.ChatID, ActiveTurn: f.ActiveTurn, Event: trace.Value{Raw: f.Event},
		Call: f.Call, Args: trace.Value{Raw: f.Args}, Result: trace.Value{Raw: f.Result}, After: f.After, State: f.State,
	}
	if o.At, err = seconds("at", f.At); err != nil {
		return nil, err
	}
	if o.CalledAt, err = seconds("called_at", f.CalledAt); err != nil {
		return nil, err
	}
	if o.Data, o.Binary, err = f.data(); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Kind, err)
	}
	return &Line{Number: r.number, Observation: o}, nil
}

// data returns the message's bytes and whether it was binary.
func (f *lineFields) data() (data []byte, binary bool, err error) {
	if f.Binary != nil {
		binary = *f.Binary
	}
	switch {
	case f.Frame != nil:
		return append(f.Frame, '\n'), binary, nil
	case f.Text != nil:
		return []byte(*f.Text), binary, nil
	case f.Base64 != nil:
		if data, err = base64.StdEncoding.DecodeString(*f.Base64); err != nil {
			return nil, false, fmt.Errorf("base64: %w", err)
		}
		return data, f.Binary == nil || binary, nil
	}
	return nil, binary, nil
}

// seconds reads a time since the start to the nanosecond.
func seconds(name string, n json.Number) (time.Duration, error) {
	if n == "" {
		return 0, nil
	}
	s := n.String()
	if strings.ContainsAny(s, "eE") {
		f, err := n.Float64()
		if err != nil {
			return 0, fmt.Errorf("%s: %s is no number of seconds since the start", name, n)
		}
		s = strconv.FormatFloat(f, 'f', 9, 64)
	}
	d, err := time.ParseDuration(s + "s")
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%s: %s is no number of seconds since the start", name, n)
	}
	return d, nil
}

// explain says what is wrong with a line that does not decode.
func explain(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return fmt.Errorf("not JSON (%w): every line is one JSON object", err)
	}
	if wrong.Field == "" {
		return fmt.Errorf("a JSON %s: every line is one JSON object", wrong.Value)
	}
	return fmt.Errorf("%s: want %s, got %s", wrong.Field, kindName(wrong.Type.Kind()), wrong.Value)
}
