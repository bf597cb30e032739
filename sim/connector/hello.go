package connector

import (
	"fmt"

	"github.com/relaysim/relaysim/sim/trace"
)

// What one socket may front: so many identities, each name at most so many bytes.
const (
	maxIdentities  = 64
	maxIdentityLen = 256
)

// hello answers with the platform's descriptor, one for each hello (MP-1). Only
// an identity that the connector fronts counts as advertised (MP-3).
func (s *socket) hello(frame []byte) {
	var id identity
	var manifest []byte
	trace.Members(frame, func(key, value []byte) {
		switch string(key) {
		case "platform":
			id.platform, _ = trace.Text(value)
		case "botId":
			id.bot, _ = trace.Text(value)
		case "command_manifest":
			manifest = value
		}
	})
	first := s.c.routes.greet(s, id)
	p, _ := s.c.platforms.of(id.platform)
	if !s.c.platforms.fronts(id) {
		s.c.note(s.peer, fmt.Sprintf("hello for platform %q, bot %q, which the connector does not front", id.platform, id.bot))
	} else if manifest != nil && id.platform == "discord" {
		s.c.commands.register(p.bot, manifest) // whatever it holds, the handshake goes on (MP-5)
	}
	var answer []byte
	if !s.c.manualHandshake.Load() {
		answer = p.line
	}
	if first {
		s.record.instance.attach(s, answer)
		return
	}
	s.answerHello(answer)
}

// answerHello writes a descriptor, unless somebody else answers.
func (s *socket) answerHello(descriptor []byte) {
	if descriptor != nil {
		s.write(descriptor, false)
	}
}
