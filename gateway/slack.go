package gateway

import "github.com/relaysim/relaysim/gateway/wire"

// startThread makes a Slack message outside threads the first of its own: it
// keys its own session, and what answers it goes into that thread (SL-1).
func (g *Gateway) startThread(e *wire.Event) {
	if g.rev.SlackThreads && e.Source.Platform == "slack" && e.Source.ThreadID == "" {
		e.Source.ThreadID = e.MessageID
	}
}
