package ordeal_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// story is a script and what its writer must know to go on: where the gateway
// stands, and what waits for it. It knows less than the pair does, and only so as
// to say nothing that cannot be.
type story struct {
	*script
	gateway  standing
	woken    bool     // while it is dormant
	backOff  int      // seconds, of the next fall
	left     int      // seconds until it dials again, while it is away
	waiting  []string // the frames in which what waits will come
	buffered int      // entries so far
	trap     *point   // where the next drain is cut
	unready  bool     // the next handshake is cut
	stranger bool     // somebody else's socket is there
	down     bool     // no connector runs

	strangers int // so far
	said      []said
}

// said is an event and the session it belongs to.
type said struct{ text, session string }

// standing is where the gateway stands.
type standing int

const (
	up      standing = iota // connected
	away                    // it dials again in a while
	dormant                 // it dials when it is woken
	ended                   // it is started again
)

func newStory() *story {
	return &story{backOff: 1, script: newScript("a random sequence", strings.Join([]string{
		"strict: none # an event whose ack was lost may come twice",
		"connector: {tenants: {acme: {scopes: [G1]}, other: {scopes: [G2]}, third: {scopes: [G3]}}}",
		"gateways:",
		"  one: {tenant: acme}",
		"  two: {tenant: other}",
		"  three: {tenant: third, connect: false}",
		"agent:",
		"  - when: {text: {$re: ^w}}",
		"    do: [{wait: go on}]",
		"  - do: [{send: {content: \"heard ${text}\"}}]",
		"",
	}, "\n"))}
}

// untrapped says that no cut waits for its frame.
func (s *story) untrapped() bool { return s.trap == nil && !s.unready }

// dials says that there will be another handshake, which may be cut.
func (s *story) dials() bool { return s.untrapped() && s.gateway != up }

// drains says that something will be drained, which may be cut.
func (s *story) drains() bool { return s.dials() && len(s.waiting) > 0 }

// speak lets a user write into a chat of his own.
func (s *story) speak(chat, user string) {
	text := s.next()
	s.steps(fmt.Sprintf("inbound: {text: %s, guild: G1, channel: %s, user: {id: %s}}", text, chat, user))
	s.say("inbound", said{text, fmt.Sprintf("agent:main:discord:group:%s:%s", chat, user)})
}

// press lets a user press a command, each in another chat: one that waits for a
// busy session would replace another (TURN-2).
func (s *story) press() {
	text := s.next()
	s.steps(fmt.Sprintf("interaction: {command: %s, guild: G1, channel: C-%[1]s, user: {id: U3}}", text))
	s.say("passthrough_forward", said{"/" + text, fmt.Sprintf("agent:main:relay:channel:C-%s:U3", text)})
}

// busy lets a user write while a turn of his runs, as long as it does.
func (s *story) busy(texts int) {
	write := func(text string) {
		s.steps(fmt.Sprintf("inbound: {text: %s, guild: G1, channel: C3, user: {id: U4}}", text))
		s.say("inbound", said{text, "agent:main:discord:group:C3:U4"})
	}
	write("w" + s.next())
	for range texts {
		write(s.next())
	}
	s.steps("signal: go on")
}

// elsewhere lets a user of another gateway write, which never leaves by itself.
func (s *story) elsewhere() {
	text := s.next()
	s.steps(fmt.Sprintf("inbound: {text: %s, guild: G2, channel: C9, user: {id: U9}}", text))
	s.said = append(s.said, said{text, "agent:main:discord:group:C9:U9"})
	s.buffered++ // perhaps
}

// outage ends the connector and starts it again after some seconds. What it shares
// with the next one stays, and every socket is gone.
func (s *story) outage(seconds int) {
	s.steps("connector: {kill: true}")
	s.stranger, s.down = false, true
	if s.gateway == up {
		s.fallen(true)
	}
	if seconds > 0 {
		s.pass(seconds)
	}
	s.steps("connector: {restart: true}")
	s.down = false
}

// next is a text that is no part of another one.
func (s *story) next() string { return fmt.Sprintf("e%03d", len(s.said)+1) }

func (s *story) say(frame string, e said) {
	s.said = append(s.said, e)
	if s.gateway != up {
		s.waiting = append(s.waiting, frame)
		s.buffered++
	}
}

// leave ends the gateway's connection, or its life.
func (s *story) leave(how string, to standing) {
	s.steps(fmt.Sprintf("gateway: %s\n    to: one", how))
	s.gateway, s.woken = to, false
}

func (s *story) wake() {
	s.steps("gateway: wake\n    to: one")
	s.woken = true
}

func (s *story) start() {
	s.steps("gateway: start\n    to: one")
	s.backOff = 1
	s.dialled()
}

// fallen is a socket that has ended, or did not come to be.
func (s *story) fallen(established bool) {
	if established {
		s.backOff = 1 // (RC-4)
	}
	s.gateway, s.left = away, s.backOff
	s.backOff = min(2*s.backOff, 30)
}

// pass lets some seconds pass.
func (s *story) pass(seconds int) {
	s.steps(fmt.Sprintf("advance: %ds", seconds))
	for range seconds {
		switch {
		case s.gateway == dormant && s.woken:
			s.backOff = 1
			s.dialled()
		case s.gateway == away:
			if s.left--; s.left == 0 {
				s.dialled()
			}
		}
	}
}

// dialled is a handshake, and the drain after it.
func (s *story) dialled() {
	switch {
	case s.down:
		s.fallen(false)
	case s.unready:
		s.unready = false
		s.fallen(false)
	case s.trap != nil:
		_, rest := s.trap.drained(len(s.waiting))
		s.waiting, s.trap = s.waiting[rest:], nil
		s.fallen(true)
	default:
		s.waiting, s.gateway = nil, up
	}
}

// end brings the gateway back, whatever it takes, and expects what was said.
func (s *story) end() {
	for s.gateway != up {
		switch s.gateway {
		case ended:
			s.start()
		case dormant:
			s.wake()
			s.pass(1)
		default:
			s.pass(s.left)
		}
	}
	s.busy(1)
	s.pass(30)                  // the other gateway may be away as well, at most so long
	last := map[string]string{} // what was said last in each session; the laws and undelivered see the rest
	for _, e := range s.said {
		last[e.session] = e.text
	}
	if len(last) > 0 {
		step := "expect:"
		for _, session := range slices.Sorted(maps.Keys(last)) {
			step += fmt.Sprintf("\n    - {event: {text: {$re: %q}, session: %q}}", last[session]+"$", session)
		}
		s.steps(step)
	}
	s.steps("expect: {state: connected, on: one}", "expect: {buffer: {entries: [], flipped: false}, on: one}", "expect: {nothing: [dropped]}")
}

// undelivered compares what was said with what began turns. Texts that waited
// for a busy session may have been merged (TURN-2), and what came twice counts
// when it came first.
func (s *story) undelivered(list []*trace.Observation) (wrong string) {
	heard := map[string][]string{} // texts by session
	for _, o := range list {
		if o.Kind != trace.Routed {
			continue
		}
		text, _ := trace.Text(trace.Field(o.Event.JSON(), "text"))
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); !slices.Contains(heard[o.SessionKey], line) {
				heard[o.SessionKey] = append(heard[o.SessionKey], line)
			}
		}
	}
	for _, e := range s.said {
		if h := heard[e.session]; len(h) == 0 || h[0] != e.text {
			wrong += fmt.Sprintf("session %s: want %s next, heard %v\n", e.session, e.text, h)
			continue
		}
		heard[e.session] = heard[e.session][1:]
	}
	return wrong
}
