// Package replay compiles a recording into the steps of a scenario, so that one
// player plays both. The recorded connector's messages become stimuli, byte by
// byte; what the recorded gateway did becomes expectations; the agent repeats
// what the recorded agent did. It plays nothing itself.
package replay

import (
	"errors"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/scenario"
)

// Compile reads rec to its end and returns it as a scenario of one revision,
// every value of which has its line of the recording as its place. A recording
// that cannot be read, or holds something that cannot be played yet, is an
// error that names the line. Warnings are in rec.
func Compile(rec *recording.Reader) (*scenario.Scenario, error) {
	return nil, errors.New("not written yet")
}
