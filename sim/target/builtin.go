package target

import (
	"context"
	"time"

	"github.com/relaysim/relaysim/gateway"
)

// BuiltIn is the gateway of package gateway, in this process.
type BuiltIn struct{}

// Describe says that it is counted.
func (BuiltIn) Describe() Description { return Description{Name: "relaysim", Counted: true} }

// Bench makes room for a gateway.
func (BuiltIn) Bench(a Agent) Bench { return builtIn{a} }

// builtIn is a bench that keeps nothing between the lives.
type builtIn struct{ agent Agent }

// New makes a gateway.Gateway.
func (b builtIn) New(o gateway.Options) (Gateway, error) {
	o.Agent, o.Observer = b.agent, b.agent
	g, err := gateway.New(o)
	if err != nil {
		return nil, err // not g: a nil *gateway.Gateway is no nil Gateway
	}
	return g, nil
}

func (builtIn) Settle(context.Context) (time.Duration, bool, error) { return 0, false, nil }
func (builtIn) Advance(context.Context, time.Duration) error        { return nil }
func (builtIn) Reports() int64                                      { return 0 }
func (builtIn) Said() []string                                      { return nil }
func (builtIn) Close() error                                        { return nil }
