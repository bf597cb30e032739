// Package law holds what must be true of every trace, whatever the scenario:
// no secret in a frame, one result for a request, nothing across tenants. A law
// reads observations and nothing else, so it judges a run that just ended and a
// recording of last year alike. It is pure: no sockets, clocks or files.
//
// Start reading at Judge. Each law is a file of its own, named after its idea.
// A law says nothing where the trace does not show enough to be sure.
package law

import "github.com/relaysim/relaysim/sim/trace"

// Violation is one place where a trace breaks a law.
type Violation struct {
	Rule string // the contract's rule id, such as OUT-1
	Seq  int    // the observation that shows it
	Text string // what happened and what should have, one sentence
}

// Known is what a judge must be told because no trace shows it. With the zero
// Known a law that lacks what it needs finds nothing.
type Known struct {
	// Revision of the contract that the gateway speaks, such as 2026-08.
	// Empty: laws that differ by revision are not judged.
	Revision string
	// Secrets must not be in any frame (FU-4): vault values, gateway secrets,
	// tokens. Empty strings are ignored.
	Secrets []string
	// Tenants says who owns what (SEC-3). The zero value judges nothing.
	Tenants Tenants
	// ByHand holds the sockets whose gateway side the scenario plays itself:
	// what is written there is not judged as a gateway's conduct.
	ByHand map[int]bool
	// TokensChecked says that the connector refuses sockets without a good
	// token, so that one that is not authenticated gets nothing (AUTH-4).
	TokensChecked bool
	// ScriptedConnector says that the connector's frames are written by steps,
	// or played from a recording: its conduct is not judged, only the gateway's.
	ScriptedConnector bool
	// ScriptedBuffer says so of what is delivered to gateways: some of it may not
	// be the buffer's doing (IDLE-4).
	ScriptedBuffer bool
	// Instances names the instance of each gateway, by its id as in
	// AuthenticatedAs and by its name as in Peer. A gateway that is not in it is an
	// instance of its own.
	Instances map[string]string
	// ResultsWithheld says that the connector was told to leave requests
	// unanswered (OUT-1).
	ResultsWithheld bool
	// Whole says that the trace holds everything up to a quiet end, so that a
	// thing that is not in it did not happen.
	Whole bool
	// TurnsShown says that every turn is in the trace: its beginning as a
	// routed observation, its end as an agent observation whose Call is return
	// or raise and which names the session key.
	TurnsShown bool
}

// Tenants says which tenant owns what. What is not in a map has no known owner.
type Tenants struct {
	Gateways map[string]string // tenant by gateway id, as in AuthenticatedAs
	Scopes   map[string]string // tenant by guild, workspace or server
	Users    map[string]string // tenant by bound author (SC-4)
}

// Check judges a whole trace. Violations are in the order of what shows them.
func Check(t []*trace.Observation, k Known) []Violation {
	j := NewJudge(k)
	for _, o := range t {
		j.Observe(o)
	}
	return j.End()
}
