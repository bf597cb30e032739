package play

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/connector/bus"
	"github.com/relaysim/relaysim/sim/connector/state"
	"github.com/relaysim/relaysim/sim/quiet"
	"github.com/relaysim/relaysim/sim/scenario"
)

// connectors are the instances of a scenario's connector, one in most. They share
// what outlives each of them, and one URL, at which gateways find the instance
// that new sockets are led to.
type connectors struct {
	options connector.Options // of each
	names   []string          // in order
	bases   map[string]string // the URL of each
	unmount []func()

	mu      sync.Mutex
	running map[string]*connector.Connector // Guarded by mu.
	latest  *connector.Connector            // Guarded by mu. Tells how things stand, even if none runs.
	door    string                          // Guarded by mu. Where new sockets are led to.
}

// theOnly is the name of a connector's only instance.
const theOnly = "connector"

func newConnectors(stage *Stage, counter *quiet.Counter, o connector.Options, names []string) *connectors {
	if len(names) == 0 {
		names = []string{theOnly}
	}
	o.Buffers = buffer.NewMemory(buffer.Limits{})
	o.State = state.NewMemory()
	o.World = connector.NewWorld(o.Clock, nil)
	if len(names) > 1 {
		o.Bus = &bus.Local{}
	}
	c := &connectors{
		options: o, names: names, bases: map[string]string{},
		running: map[string]*connector.Connector{}, door: names[0],
	}
	for _, name := range names {
		base, unmount := stage.mount(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c.serve(w, r, c.find(name))
		}), counter)
		c.bases[name] = base
		c.unmount = append(c.unmount, unmount)
		c.start(name)
	}
	return c
}

// ServeHTTP leads a gateway to the instance that new sockets are led to, or to
// the first that runs.
func (c *connectors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	to := c.running[c.door]
	c.mu.Unlock()
	if to == nil {
		_, to = c.first()
	}
	c.serve(w, r, to)
}

func (c *connectors) serve(w http.ResponseWriter, r *http.Request, to *connector.Connector) {
	if to == nil {
		http.Error(w, "no connector runs", http.StatusServiceUnavailable)
		return
	}
	to.ServeHTTP(w, r)
}

// find is a running instance; nil if it does not run.
func (c *connectors) find(name string) *connector.Connector {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[name]
}

// first is the first instance that runs; nil if none does.
func (c *connectors) first() (string, *connector.Connector) {
	for _, name := range c.names {
		if i := c.find(name); i != nil {
			return name, i
		}
	}
	return "", nil
}

// any is an instance that can say how things stand, whether or not it runs.
func (c *connectors) any() *connector.Connector {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.latest
}

// start begins a life of an instance.
func (c *connectors) start(name string) {
	i := connector.New(c.options)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[name], c.latest = i, i
}

// kill ends a life of an instance: its sockets are cut, and what it shares stays.
func (c *connectors) kill(name string) {
	i := c.find(name)
	if i == nil {
		return
	}
	c.mu.Lock()
	delete(c.running, name) // from here on nobody is led to it
	c.mu.Unlock()
	i.Close()
}

func (c *connectors) lead(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.door = name
}

// barrier returns when what the gateways wrote before it has been read, at every
// instance that runs.
func (c *connectors) barrier(ctx context.Context) error {
	for _, name := range c.names {
		if i := c.find(name); i != nil {
			if err := i.Barrier(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// alive are the sockets that gateways have not ended, of every instance that runs.
func (c *connectors) alive() (peers []string) {
	for _, name := range c.names {
		if i := c.find(name); i != nil {
			peers = append(peers, i.Alive(context.Background())...)
		}
	}
	return peers
}

// close ends all instances.
func (c *connectors) close() {
	for _, name := range c.names {
		c.kill(name)
	}
	for _, unmount := range c.unmount {
		unmount()
	}
}

// at is the instance at which a step happens: the one it names, else the one that
// holds the socket it is for, else the first that runs.
func (c *connectors) at(step *scenario.Step) (name string, _ *connector.Connector, err error) {
	if name = step.At; name != "" {
		i := c.find(name)
		if i == nil {
			return "", nil, fmt.Errorf("connector instance %s does not run", name)
		}
		return name, i, nil
	}
	for _, name := range c.names {
		if i := c.find(name); i != nil && i.Holds(step.To) {
			return name, i, nil
		}
	}
	name, i := c.first()
	if i == nil {
		return "", nil, fmt.Errorf("no connector runs: restart it first")
	}
	return name, i, nil
}
