package connector

import "github.com/relaysim/relaysim/sim/trace"

// handle handles one line. Nothing a gateway sends ends the connection but a
// line that is too long: what is not a frame is skipped (FR-3), and so are
// unknown types and those of the other direction (FR-4).
func (s *socket) handle(line []byte) {
	var kind string
	if !trace.Members(line, func(key, value []byte) {
		if string(key) == "type" {
			kind, _ = trace.Text(value)
		}
	}) {
		s.c.logger.Info("skipped a line that is not a JSON object", "peer", s.peer, "bytes", len(line))
		return
	}
	switch kind {
	case "hello":
		s.hello(line)
	case "outbound":
		s.request(line)
	case "interrupt":
		s.forwardInterrupt(line)
	case "going_idle":
		s.c.routes.goIdle(s)
		s.record.instance.goIdle(s)
		if !s.c.manualHandshake.Load() { // its steps say goodbye as well
			s.write([]byte("{\"type\":\"going_idle_ack\"}\n"), false)
		}
	case "inbound_ack":
		s.acknowledged(line)
	default:
		s.c.logger.Info("ignored a frame", "peer", s.peer, "type", kind)
	}
}

// acknowledged takes an ack for the instance of this socket, whatever the frame
// says of whose it is (AUTH-4).
func (s *socket) acknowledged(frame []byte) {
	var id string
	trace.Members(frame, func(key, value []byte) {
		if string(key) == "bufferId" {
			id, _ = trace.Text(value)
		}
	})
	s.record.instance.acknowledge(id)
}
