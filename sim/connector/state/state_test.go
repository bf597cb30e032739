package state_test

import (
	"testing"

	"github.com/relaysim/relaysim/sim/connector/state"
	"github.com/relaysim/relaysim/sim/connector/state/statetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	statetest.Test(t, func(*testing.T) state.State { return state.NewMemory() })
}
