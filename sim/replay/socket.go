package replay

import (
	"encoding/base64"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// opened expects an upgrade like the recorded one.
func opened(o *trace.Observation, pos scenario.Pos) *scenario.Opened {
	e := &scenario.Opened{Path: text(o.Path, pos), Auth: text(o.Auth, pos)}
	if o.AuthenticatedAs != "" {
		e.As = text(o.AuthenticatedAs, pos)
	}
	if o.Code != 0 {
		e.Status = number(o.Code, pos)
	}
	return e
}

// closed expects the end that the gateway made and makes the one that the
// connector made; but an upgrade that it refused, it refuses on its own again.
func (c *compiler) closed(l *line) {
	o, pos := l.Observation, c.tape.pos(l)
	if o.From == trace.Connector && !c.cues.doors[o.Conn].refused {
		end := &scenario.Control{Drop: true}
		if sendable(o.Code) {
			end = &scenario.Control{Close: &scenario.CloseCode{Code: o.Code, Reason: o.Reason}}
		}
		c.do(l, scenario.Step{Connector: end})
		return
	}
	c.expect(l, scenario.Expectation{
		From:  string(o.From),
		Close: &scenario.Closed{Code: number(o.Code, pos), Reason: text(o.Reason, pos)},
	})
}

// sendable says whether a close frame may carry the code (RFC 6455 §7.4).
func sendable(code int) bool {
	return 1000 <= code && code <= 1003 || 1007 <= code && code <= 1014 || 3000 <= code && code <= 4999
}

// say is one message of the connector's, byte by byte but for the ids of the
// requests it answers.
func (c *compiler) say(l *line) {
	o := l.Observation
	raw := &scenario.Raw{Binary: o.Binary}
	switch {
	case !utf8.Valid(o.Data):
		raw.Base64 = []string{base64.StdEncoding.EncodeToString(o.Data)}
	case l.answers:
		raw.Messages = []string{l.bound}
	default:
		raw.Messages = []string{string(o.Data)}
	}
	c.do(l, scenario.Step{Raw: raw, HasRefs: l.answers})
}
