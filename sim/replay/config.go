package replay

import (
	"math"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// ConfigOf is how the gateways of s are set up, for the header of a recording of
// them. Who they are and how they authenticate shows in the recording itself.
func ConfigOf(s *scenario.Scenario) *recording.Config {
	switch {
	case len(s.Gateways) > 0:
		c := &recording.Config{Gateways: map[string]*recording.Config{}}
		for name, g := range s.Gateways {
			c.Gateways[name] = configOf(&g)
		}
		return c
	case s.Gateway == nil:
		return configOf(&scenario.Gateway{})
	}
	return configOf(s.Gateway)
}

func configOf(g *scenario.Gateway) *recording.Config {
	c := &recording.Config{
		OutboundTimeout: g.RequestTimeout.Seconds(),
		ConnectTimeout:  g.HandshakeTimeout.Seconds(),
		Reconnect:       g.Reconnect,
		Backoff:         g.BackOff.Seconds(),
		TypingIndicator: g.Typing,
		MaxMessage:      g.MaxMessage,
	}
	if k := g.Sessions; k.GroupPerUser != nil || k.ThreadPerUser != nil || len(k.Aliases) > 0 {
		c.Sessions = &recording.Sessions{GroupPerUser: k.GroupPerUser, ThreadPerUser: k.ThreadPerUser, Aliases: k.Aliases}
	}
	return c
}

// configure sets a gateway up as the recorded one was.
func configure(g *scenario.Gateway, c *recording.Config) {
	g.RequestTimeout = duration(c.OutboundTimeout)
	g.HandshakeTimeout = duration(c.ConnectTimeout)
	g.Reconnect = c.Reconnect
	g.BackOff = duration(c.Backoff)
	g.Typing = c.TypingIndicator
	g.MaxMessage = c.MaxMessage
	if k := c.Sessions; k != nil {
		g.Sessions = scenario.SessionOptions{GroupPerUser: k.GroupPerUser, ThreadPerUser: k.ThreadPerUser, Aliases: k.Aliases}
	}
}

func duration(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
