package convert

import (
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
)

// request is one that the gateway made.
type request struct {
	name   string // the variable that captures its id
	action map[string]any
	op     string
	result map[string]any // nil where it has none
	prompt bool           // the result came right after it
	again  bool           // there is another
	at     time.Duration
}

// late is what a connector takes for an answer when somebody makes it wait.
const late = 200 * time.Millisecond

// readRequests finds what the gateway asked for and what it got.
func (s *story) readRequests() {
	chats := map[string]bool{}
	var before *request // the one whose frame came last
	for i := range s.beats {
		b := &s.beats[i]
		for _, e := range b.step.Expect {
			if r := requestOf(e.Frame); r != nil {
				r.at = b.at
				s.requests = append(s.requests, r)
				s.byName[r.name] = r
				if chat := word(r.action["chat_id"]); chat != "" {
					chats[chat] = true
				}
				before = r
			}
		}
		if b.said == nil || b.said["type"] != "outbound_result" {
			if !b.quiet() {
				before = nil
			}
			continue
		}
		r := s.byName[reference(b.said["requestId"])]
		if r == nil {
			continue
		}
		if r.again = r.result != nil; r.again {
			continue
		}
		r.prompt = before != nil && b.at-r.at < late
		s.slow = s.slow || b.at-r.at >= late
		if r.result, _ = b.said["result"].(map[string]any); r.result == nil {
			r.prompt = false // no fake result looks like that
			continue
		}
		if id := word(r.result["message_id"]); id != "" {
			s.byID[id] = r
		}
	}
	s.chats = len(chats)
}

// quiet says that a beat makes nothing happen.
func (b *beat) quiet() bool { return b.step.Expect != nil || b.step.Signal != "" }

// requestOf reads the expectation of a request; nil where it is another.
func requestOf(frame *scenario.Pattern) *request {
	if frame == nil {
		return nil
	}
	p, _ := frame.Value.(map[string]any)
	id, _ := p["requestId"].(map[string]any)
	action, _ := p["action"].(map[string]any)
	if p["type"] != "outbound" || action == nil || word(id["$capture"]) == "" {
		return nil
	}
	return &request{name: word(id["$capture"]), action: action, op: word(action["op"])}
}

// answersItself says whether the fake connector can have answered: each request
// at once, once.
func (s *story) answersItself() bool {
	for _, r := range s.requests {
		if !r.prompt || r.again {
			return false
		}
	}
	for _, b := range s.beats {
		if b.said == nil && b.step.Raw != nil && b.step.HasRefs {
			return false // a result in pieces
		}
	}
	return true
}
