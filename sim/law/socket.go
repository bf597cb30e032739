package law

import (
	"encoding/json"
	"math"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// socket is what is known of one socket at a time.
type socket struct {
	conn     int
	peer     string
	byHand   bool   // its gateway side is played by the scenario
	tenant   string // of the gateway it was authenticated as; empty: not known
	refused  bool   // it did not authenticate where it had to
	said     bool   // the gateway has sent a frame
	greeted  bool   // the gateway has said hello
	answered bool   // the connector has sent a frame
	bad      int    // the observation of the last bad frame from the connector
	openedAt time.Duration
	closed   bool
	closedAt time.Duration

	limits map[string]limit // by platform; the first descriptor of each (MP-1)
	first  string           // the default platform: that of the first descriptor
}

// frame takes in what a frame changes, after the laws have seen it.
func (s *socket) frame(o *trace.Observation, f *frame, revision string) {
	if o.From == trace.Gateway {
		s.said = true
		s.greeted = s.greeted || f.typ == "hello"
		return
	}
	s.answered = true
	switch {
	case f.typ == "descriptor":
		s.describe(f.line, revision)
	case f.bad:
		s.bad = o.Seq
	}
}

// describe keeps a descriptor's limit. Only the first for a platform counts: a
// gateway adopts one when it shakes hands (HS-6, MP-1).
func (s *socket) describe(line trace.FrameLine, revision string) {
	d := line.Field("descriptor")
	platform, ok := trace.Text(trace.Field(d, "platform"))
	if !ok {
		return
	}
	if s.limits == nil {
		s.limits, s.first = map[string]limit{}, platform
	}
	if _, ok := s.limits[platform]; !ok {
		s.limits[platform] = limitOf(d, revision)
	}
}

// limit is how long a content may be; max 0 is no limit.
type limit struct {
	max   int
	utf16 bool
}

func limitOf(descriptor json.RawMessage, revision string) limit {
	const usual = 4096 // (HS-5)
	l := limit{max: usual}
	unit, _ := trace.Text(trace.Field(descriptor, "len_unit"))
	l.utf16 = unit == "utf16"
	var n float64
	err := json.Unmarshal(trace.Field(descriptor, "max_message_length"), &n)
	switch {
	case err != nil || n > math.MaxInt32:
	case n > 0:
		l.max = int(n)
	case n == 0 && revision == "2026-06":
		l.max = 0 // (HS-5) r6 takes 0 as it is
	}
	return l
}

func (l limit) unit() string {
	if l.utf16 {
		return "UTF-16 units"
	}
	return "characters"
}

// length of a string in the limit's unit.
func (l limit) length(s string) int {
	if !l.utf16 {
		return utf8.RuneCountInString(s)
	}
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
