package ordeal_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestRandomSequences plays random sequences of what may happen to a gateway and
// its connector, with two users in two chats, a third who presses commands, one
// who writes while his turn runs, and another gateway that has users of its own.
// The agent sends what it hears, whatever becomes of the socket.
// Whatever happens, every event reaches its session at least once, in the order
// in which it was said, and the laws hold: never again after its ack, nothing
// lost, nobody acknowledges for another. A sequence that fails is shrunk and
// printed as a scenario. -rapid.checks says how many are played. IDLE-2…IDLE-8,
// RC-1, RC-2
func TestRandomSequences(t *testing.T) {
	stage := newStage(t)
	played := 0
	rapid.Check(t, func(t *rapid.T) {
		s := newStory()
		for _, h := range rapid.SliceOfN(rapid.SampledFrom(happenings), 1, 40).Draw(t, "sequence") {
			if h.possible(s) {
				h.happens(s, t)
			}
		}
		s.end()
		played++
		list, wrong := s.play(t.Context(), stage)
		if wrong += s.undelivered(list); wrong != "" {
			s.fail(t, fmt.Sprintf("sequence %d: %s", played, wrong))
		}
	})
}

// happening is something that may happen in a story.
type happening struct {
	name     string
	possible func(*story) bool
	happens  func(*story, *rapid.T)
}

// GoString is what rapid prints.
func (h happening) GoString() string { return h.name }

func always(*story) bool { return true }

func in(states ...standing) func(*story) bool {
	return func(s *story) bool {
		for _, state := range states {
			if s.gateway == state {
				return true
			}
		}
		return false
	}
}

var happenings = []happening{
	{"ann speaks", always, func(s *story, _ *rapid.T) { s.speak("C1", "U1") }},
	{"bob speaks", always, func(s *story, _ *rapid.T) { s.speak("C2", "U2") }},
	{"eve presses", always, func(s *story, _ *rapid.T) { s.press() }},
	{"it goes idle", in(up), func(s *story, _ *rapid.T) { s.leave("go_idle", ended) }},
	{"it shuts down", in(up), func(s *story, _ *rapid.T) { s.leave("disconnect", ended) }},
	{"it goes dormant", in(up, away), func(s *story, _ *rapid.T) { s.leave("go_dormant", dormant) }},
	{"it is woken", in(dormant), func(s *story, _ *rapid.T) { s.wake() }},
	{"it starts", in(ended), func(s *story, _ *rapid.T) { s.start() }},
	{"it is killed", in(up, away, dormant), func(s *story, _ *rapid.T) { s.leave("kill", ended) }},
	{"it is dropped", in(up), func(s *story, _ *rapid.T) {
		s.steps("connector: {drop: true}\n    to: one")
		s.fallen(true)
	}},
	{"it is closed", in(up), func(s *story, _ *rapid.T) {
		s.steps("connector: {close: 1012}\n    to: one")
		s.fallen(true)
	}},
	{"time passes", always, func(s *story, t *rapid.T) { s.pass(rapid.IntRange(1, 4).Draw(t, "seconds")) }},
	{"cas is busy", in(up), func(s *story, t *rapid.T) { s.busy(rapid.IntRange(1, 3).Draw(t, "waiting")) }},
	{"dan speaks to another gateway", (*story).untrapped, func(s *story, _ *rapid.T) { s.elsewhere() }},
	{"the connector dies and comes back", (*story).untrapped, func(s *story, t *rapid.T) {
		s.outage(rapid.IntRange(0, 4).Draw(t, "seconds"))
	}},
	{"the next drain is cut", (*story).drains, func(s *story, t *rapid.T) {
		p := rapid.SampledFrom(points(s.waiting)).Draw(t, "point")
		s.trap = &p
		s.steps(p.step(s.waiting))
	}},
	{"the next handshake is cut", (*story).dials, func(s *story, t *rapid.T) {
		s.unready = true
		s.steps(rapid.SampledFrom([]string{
			"connector: {cut: {before: hello}}", "connector: {cut: {after: hello}}", "connector: {cut: {before: descriptor}}",
		}).Draw(t, "where"))
	}},
	{"a goodbye is cut", in(up), func(s *story, t *rapid.T) {
		s.steps(rapid.SampledFrom([]string{
			"connector: {cut: {before: going_idle}}", "connector: {cut: {after: going_idle}}",
			"connector: {cut: {before: going_idle_ack}}", "connector: {cut: {after: going_idle_ack}}",
		}).Draw(t, "where"))
		if rapid.Bool().Draw(t, "for good") {
			s.leave("disconnect", ended)
		} else {
			s.leave("go_dormant", dormant)
		}
	}},
	{"a stranger acknowledges", (*story).untrapped, func(s *story, t *rapid.T) {
		if !s.stranger {
			s.stranger = true
			s.strangers++
			s.steps(fmt.Sprintf("dial: {as: stranger-%d, gateway: three}", s.strangers),
				fmt.Sprintf("frame: {type: hello, platform: discord, botId: discord-bot}\n    from: stranger-%d", s.strangers))
		}
		id := rapid.IntRange(1, s.buffered+1).Draw(t, "entry")
		s.steps(fmt.Sprintf("frame: {type: inbound_ack, bufferId: buf-%d}\n    from: stranger-%d", id, s.strangers))
	}},
}
