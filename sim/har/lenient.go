package har

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Values of archives come in other types than they should. These take what can
// be taken; ok is false where nothing can.

func number(raw json.RawMessage) (float64, bool) {
	s, ok := text(raw)
	if !ok {
		s = string(raw)
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

func text(raw json.RawMessage) (string, bool) {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// object is the members of an object; nil where there is none.
func object(raw json.RawMessage) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	return fields
}

func list(raw json.RawMessage) ([]json.RawMessage, bool) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil || items == nil {
		return nil, false
	}
	return items, true
}

// milliseconds is above every time in seconds and below every one in
// milliseconds that a program of this century writes.
const milliseconds = 1e11

// moment is a time in seconds since 1970, given as such, in milliseconds or as
// a date.
func moment(raw json.RawMessage) (float64, bool) {
	if f, ok := number(raw); ok {
		if f > milliseconds {
			f /= 1000
		}
		return f, f >= 0 && f < milliseconds
	}
	s, _ := text(raw)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Before(epoch) {
		return 0, false
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9, true
}

// since is the time from base to at, to the microsecond: a float has no more
// digits for times of this century.
func since(base, at float64) time.Duration {
	if !(at > base) { // also where neither is known
		return 0
	}
	us := math.Round((at - base) * 1e6)
	return time.Duration(min(us, math.MaxInt64/1e3-1)) * time.Microsecond
}
