package bus_test

import (
	"testing"

	"github.com/relaysim/relaysim/sim/connector/bus"
	"github.com/relaysim/relaysim/sim/connector/bus/bustest"
)

func TestLocal(t *testing.T) {
	t.Parallel()
	bustest.Test(t, &bus.Local{})
}
