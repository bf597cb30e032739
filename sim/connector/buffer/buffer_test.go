package buffer_test

import (
	"testing"

	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/buffer/buffertest"
)

var east, west = buffer.Name{Tenant: "acme", Instance: "east"}, buffer.Name{Tenant: "acme", Instance: "west"}

func TestMemory(t *testing.T) {
	t.Parallel()
	buffertest.Test(t, func(_ *testing.T, l buffer.Limits) buffer.Buffers { return buffer.NewMemory(l) })
}

func TestDisk(t *testing.T) {
	t.Parallel()
	buffertest.Test(t, func(t *testing.T, l buffer.Limits) buffer.Buffers {
		d, _, err := buffer.OpenDisk(t.TempDir(), l)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return d
	})
}
