package law

import "github.com/relaysim/relaysim/sim/trace"

// channel holds the laws of the socket itself: text messages (FR-1), frames of the
// right direction (FR-5), the hello first (HS-1), and nothing for whoever did not authenticate
// (AUTH-4).
type channel struct {
	known  *Known
	report report
}

func (c *channel) frame(o *trace.Observation, s *socket, f *frame) {
	if o.From == trace.Gateway && !s.byHand {
		c.gateway(o, s, f)
	}
	if o.From == trace.Connector {
		c.connector(o, s, f)
	}
}

func (c *channel) gateway(o *trace.Observation, s *socket, f *frame) {
	switch {
	case !f.line.Valid():
		c.report("FR-1", o.Seq, "the gateway sent a line that is no JSON object: %s", short(f.line.Line))
	case !c.gatewaySends(f.typ):
		c.report("FR-5", o.Seq, "the gateway sent a frame of type %q, which is not one of its own", f.typ)
	case !s.said && f.typ != "hello":
		c.report("HS-1", o.Seq, "the gateway's first frame is %q, want hello", f.typ)
	}
}

func (c *channel) gatewaySends(typ string) bool {
	switch typ {
	case "hello", "outbound", "interrupt":
		return true
	case "going_idle", "inbound_ack":
		return c.known.Revision != "2026-06"
	}
	return false
}

func (c *channel) connector(o *trace.Observation, s *socket, f *frame) {
	if s.refused {
		c.report("AUTH-4", o.Seq, "the connector sent %s to a socket that did not authenticate, want a close with 4401", short(f.line.Line))
		return
	}
	if c.known.ScriptedConnector {
		return
	}
	switch {
	case !f.line.Valid():
		c.report("FR-1", o.Seq, "the connector sent a line that is no JSON object: %s", short(f.line.Line))
	case !connectorSends(f.typ):
		c.report("FR-5", o.Seq, "the connector sent a frame of type %q, which is not one of its own", f.typ)
	case !s.answered && (f.typ != "descriptor" || !s.greeted):
		c.report("HS-1", o.Seq, "the connector's first frame is %q, want a descriptor in answer to a hello", f.typ)
	}
}

func connectorSends(typ string) bool {
	switch typ {
	case "descriptor", "inbound", "outbound_result", "interrupt_inbound", "passthrough_forward", "going_idle_ack":
		return true
	}
	return false
}

// observe looks at how a message was sent, whatever is in it.
func (c *channel) observe(o *trace.Observation, s *socket) {
	switch {
	case o.Kind != trace.Frame || !o.Binary || s.refused:
	case o.From == trace.Gateway && s.byHand, o.From == trace.Connector && c.known.ScriptedConnector:
	default:
		c.report("FR-1", o.Seq, "the %s sent a binary message, want text", o.From)
	}
}

func (c *channel) end() {}

// short is the beginning of a line, for a text.
func short(line []byte) string {
	const most = 80
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}
