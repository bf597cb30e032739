package replay

import (
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// door is how the connector answered an upgrade. The zero door let it in.
type door struct {
	status  int  // the HTTP status it was refused with; 0: none
	refused bool // its token was (AUTH-4)
}

const (
	statusUpgraded = 101
	// gatewayID stands for the id of a gateway that never was let in.
	gatewayID = "gw-recorded"
	// The recording has no secret, so the replay makes one, and one that is
	// refused.
	secret, otherSecret = "relaysim-made-secret", "relaysim-made-other-secret"
)

// doorOf is how the upgrade of an open was answered.
func doorOf(o *trace.Observation) door {
	if o.Code != 0 && o.Code != statusUpgraded {
		return door{status: o.Code} // nobody may have looked at its token
	}
	return door{refused: o.Auth == "present" && o.AuthenticatedAs == ""}
}

// turn returns the steps after which the next upgrade is answered as d, when
// the one before was answered as from.
func (d door) turn(from door) []scenario.Step {
	var steps []scenario.Step
	if d.status != from.status {
		steps = append(steps, scenario.Step{Connector: &scenario.Control{Refuse: d.status}})
	}
	if d.refused != from.refused {
		steps = append(steps, scenario.Step{Connector: &scenario.Control{Rotate: d.secrets()}})
	}
	return steps
}

// secrets are what the connector accepts behind the door.
func (d door) secrets() []string {
	if d.refused {
		return []string{otherSecret}
	}
	return []string{secret}
}

// authenticate gives a gateway credentials, and the connector the same ones; or
// others, where it refused. It returns the id and what the connector accepts.
func (a *actor) authenticate(g *scenario.Gateway) (id string, accepted []string) {
	g.NoAuth = false
	g.Secret = secret
	if g.ID = a.as; g.ID == "" {
		g.ID = gatewayID
		if a.name != "" {
			g.ID += "-" + a.name
		}
	}
	return g.ID, a.first.secrets()
}
