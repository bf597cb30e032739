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

// opened learns how the gateway authenticated and was answered.
func (t *tape) opened(o *trace.Observation) {
	if o.Kind != trace.Open {
		return
	}
	d := door{refused: o.Auth == "present" && o.AuthenticatedAs == ""}
	if o.Code != statusUpgraded {
		d.status = o.Code
	}
	t.doors[o.Conn] = d
	t.auth = t.auth || o.Auth == "present"
	if o.AuthenticatedAs != "" {
		t.as = o.AuthenticatedAs
	}
	if !t.dialled {
		t.dialled, t.first = true, d
	}
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

// authenticate gives the gateway credentials, and the connector the same ones;
// or others, where it refused.
func (t *tape) authenticate(s *scenario.Scenario) {
	s.Connector.Auth = "required"
	s.Gateway.NoAuth = false
	s.Gateway.Secret = secret
	if s.Gateway.ID = t.as; t.as == "" {
		s.Gateway.ID = gatewayID
	}
	s.Connector.Secrets = map[string][]string{s.Gateway.ID: t.first.secrets()}
}
