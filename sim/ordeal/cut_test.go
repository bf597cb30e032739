package ordeal_test

import (
	"fmt"
	"testing"
)

// buffered is what waits for the gateway in the scenarios below: what puts it
// there, the frame in which it comes, and the event it is.
var buffered = []struct{ step, frame, event string }{
	{`inbound: {text: one, guild: G1}`, "inbound", `{text: one, session: "agent:main:discord:group:C1:U1"}`},
	{`inbound: {text: two, guild: G1, channel: C2, user: {id: U2}}`, "inbound", `{text: two, session: "agent:main:discord:group:C2:U2"}`},
	{`interaction: {command: three, guild: G1}`, "passthrough_forward", `{text: /three, session: "agent:main:relay:channel:C1:U1"}`},
	{`inbound: {text: four, guild: G1}`, "inbound", `{text: four, session: "agent:main:discord:group:C1:U1"}`},
}

// point is a point of a drain: before or after one of its deliveries, or of their
// acks. Entries count from 0.
type point struct {
	ack, after bool
	entry      int
}

// points are all points of a drain of entries that come in these frames.
func points(frames []string) []point {
	var list []point
	for entry := range frames {
		list = append(list, point{false, false, entry}, point{false, true, entry}, point{true, false, entry}, point{true, true, entry})
	}
	return list
}

func (p point) String() string {
	return fmt.Sprintf("%s the %s of entry %d", word(p.after), map[bool]string{false: "delivery", true: "ack"}[p.ack], p.entry+1)
}

func word(after bool) string {
	if after {
		return "after"
	}
	return "before"
}

// step is the step that cuts the next drain there.
func (p point) step(frames []string) string {
	frame, number := "inbound_ack", p.entry+1
	if !p.ack {
		frame, number = frames[p.entry], 0
		for _, f := range frames[:p.entry+1] {
			if f == frame {
				number++
			}
		}
	}
	return fmt.Sprintf("connector: {cut: {%s: %s, number: %d}}", word(p.after), frame, number)
}

// drained is how far a drain of some entries gets that is cut there: those up to
// routed have reached the agent, and those from rest on come again. Only one
// between them, whose ack was lost, comes twice (IDLE-6, IDLE-8).
func (p point) drained(entries int) (routed, rest int) {
	switch {
	case p.ack && p.after: // the next delivery is on its way, and is not acknowledged
		return min(p.entry+2, entries), p.entry + 1
	case !p.ack && !p.after:
		return p.entry, p.entry
	}
	return p.entry + 1, p.entry
}

// absences are the ways to be away, and to come back.
var absences = []struct {
	name, leave string
	comeBack    []string
}{
	{"idle", "gateway: go_idle", []string{"gateway: start"}},
	{"shut down", "gateway: disconnect", []string{"gateway: start"}},
	{"dormant", "gateway: go_dormant", []string{"gateway: wake", "advance: 1s"}},
	{"killed", "gateway: kill", []string{"gateway: start"}},
	{"dropped", "connector: {drop: true}", []string{"advance: 1s"}},
}

// aftermaths are what may happen at the point at which a drain is cut.
var aftermaths = []struct {
	name  string
	steps []string
}{
	{"it dials again", []string{"advance: 1s"}},
	{"it is killed there", []string{"gateway: kill", "gateway: start"}},
	{"it goes dormant there", []string{"gateway: go_dormant", "gateway: wake", "advance: 1s"}},
	{"it shuts down there", []string{"gateway: disconnect", "gateway: start"}},
	{"the connector starts again there", []string{"connector: {restart: true}", "advance: 1s"}},
	{"the connector is gone for a while", []string{"connector: {kill: true}", "advance: 1s", "connector: {restart: true}", "advance: 2s"}},
}

// TestDrainCutAtEveryPoint cuts the connection at every point of a drain, in
// every way to be away, and lets everything happen there that may. Each event
// reaches its session, in order, and again only where its ack was lost. IDLE-4,
// IDLE-6, IDLE-8
func TestDrainCutAtEveryPoint(t *testing.T) {
	stage, frames := newStage(t), framesOf()
	for _, absence := range absences {
		for _, aftermath := range aftermaths {
			for _, p := range points(frames) {
				s := newScript(fmt.Sprintf("%s, cut %v, %s", absence.name, p, aftermath.name), "")
				s.steps(absence.leave)
				s.buffer()
				s.steps(p.step(frames))
				s.steps(absence.comeBack...)
				s.steps(aftermath.steps...)
				routed, rest := p.drained(len(frames))
				s.routed(0, routed)
				s.routed(rest, len(buffered))
				s.settled()
				if _, wrong := s.play(t.Context(), stage); wrong != "" {
					s.fail(t, wrong)
				}
			}
		}
	}
}

// TestDrainCutTwice cuts the connection at every point of a drain, and at every
// point of the drain of what is left.
func TestDrainCutTwice(t *testing.T) {
	stage, frames := newStage(t), framesOf()
	for _, first := range points(frames) {
		routed, rest := first.drained(len(frames))
		for _, second := range points(frames[rest:]) {
			s := newScript(fmt.Sprintf("cut %v, then %v", first, second), "")
			s.steps("gateway: kill")
			s.buffer()
			s.steps(first.step(frames), "gateway: start", second.step(frames[rest:]), "advance: 1s", "advance: 1s")
			s.routed(0, routed)
			again, left := second.drained(len(frames) - rest)
			s.routed(rest, rest+again)
			s.routed(rest+left, len(buffered))
			s.settled()
			if _, wrong := s.play(t.Context(), stage); wrong != "" {
				s.fail(t, wrong)
			}
		}
	}
}

func framesOf() []string {
	var frames []string
	for _, b := range buffered {
		frames = append(frames, b.frame)
	}
	return frames
}

// buffer lets everything happen that is to wait.
func (s *script) buffer() {
	for _, b := range buffered {
		s.steps(b.step)
	}
}

// routed expects the events of some entries, in order.
func (s *script) routed(from, to int) {
	for i := from; i < to; i++ {
		s.steps(fmt.Sprintf("expect: {event: %s}", buffered[i].event))
	}
}

// settled expects that nothing waits any more, and that delivery is live.
func (s *script) settled() {
	s.steps("expect: {state: connected}", "expect: {buffer: {entries: [], flipped: false}}")
	s.steps("inbound: {text: live, guild: G1}", "expect: {event: {text: live}}")
}
