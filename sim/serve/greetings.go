package serve

import (
	"bytes"
	"net/http"
	"slices"

	"github.com/relaysim/relaysim/sim/trace"
)

// greetings are how the sockets began that are up: their openings, and the messages
// with hellos and descriptors. A recording that begins later begins with them, or
// it would be one of sockets that nobody opened.
type greetings map[int][]*trace.Observation

// maxGreeting bounds what is kept of one socket, in observations.
const maxGreeting = 64

// add takes in an observation, which stays as it is.
func (g greetings) add(o *trace.Observation) {
	kept := g[o.Conn]
	switch {
	case o.Kind == trace.Open && o.Code == http.StatusSwitchingProtocols:
	case o.Kind == trace.Frame && kept != nil && len(kept) < maxGreeting && greets(o.Data):
	case o.Kind == trace.Close:
		delete(g, o.Conn)
		return
	default:
		return
	}
	own := *o
	g[o.Conn] = append(kept, &own)
}

// greets says whether a message has a hello or a descriptor in it.
func greets(message []byte) bool {
	for line := range bytes.Lines(message) {
		switch f := trace.NewFrame(bytes.TrimRight(line, "\r\n")); f.Type() {
		case "hello", "descriptor":
			return true
		}
	}
	return false
}

// list is all of it, in the order in which it happened.
func (g greetings) list() (all []*trace.Observation) {
	for _, kept := range g {
		all = append(all, kept...)
	}
	slices.SortFunc(all, func(a, b *trace.Observation) int { return a.Seq - b.Seq })
	return all
}
