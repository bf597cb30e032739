package play

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/bridge"
	"github.com/relaysim/relaysim/sim/law"
	"github.com/relaysim/relaysim/sim/quiet"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/target/holder"
	"github.com/relaysim/relaysim/sim/trace"
	"github.com/relaysim/relaysim/sim/verdict"
)

// run is one scenario in one revision while it is played. The goroutine that
// called Stage.Run owns it; what others touch guards itself.
type run struct {
	scenario *scenario.Scenario
	revision *wire.Revision
	options  Options

	about     target.Description // of what is under test
	clock     *clock
	counter   *quiet.Counter
	log       *trace.Log
	ids       *ids
	variables *variables
	signals   *signals

	connectors *connectors
	bridge     *bridge.Bridge // to a live connector; nil where there is none
	held       *holder.Holder // of a connector that a program holds; else nil
	tokens     []string       // that were put into its edge
	bearers    bearers        // presented by gateways
	rested     int            // length of the trace when it was at rest last; -1: it has been asked for something since
	base       string         // the URL at which gateways find them
	unmount    func()
	wakes      string // the URL of the hosts that are poked
	asleep     func() // unmounts them
	transport  *http.Transport
	client     *http.Client
	names      []string           // of the gateways, in order
	gateways   map[string]*player // by name
	sockets    map[string]*socket // dialled by hand, by name
	byHand     map[int]bool       // connections dialled by hand, for the laws
	calls      sync.WaitGroup     // calls outside a turn
	timers     []time.Duration    // of gateways with a clock of their own, as they last said
	ledger     *ledger
	wants      map[*scenario.Expectation]*want // made so far
	laws       *law.Judge                      // nil before they looked first
	judged     int                             // the laws looked up to this observation
	forgotten  int                             // no longer kept up to this observation
	compared   compared                        // in expectations that held
	comparing  compared                        // in the step that is being compared
	problems   []verdict.Problem
	broken     error // the scenario itself cannot be played
}

func newRun(s *Stage, sc *scenario.Scenario, rev *wire.Revision, o Options) *run {
	o.fill()
	about := o.Target.Describe()
	clock := newClock(o.begins())
	counter := quiet.NewCounter()
	r := &run{
		scenario: sc, revision: rev, options: o, about: about,
		clock: clock, counter: counter,
		log:       trace.NewLog(clock.time),
		ids:       newIDs(),
		variables: newVariables(sc.Vars),
		signals:   newSignals(counter),
		transport: s.transport(counter),
		gateways:  map[string]*player{},
		sockets:   map[string]*socket{},
		byHand:    map[int]bool{},
		wants:     map[*scenario.Expectation]*want{},
	}
	r.client = &http.Client{Transport: r.transport}
	r.ledger = newLedger(r.log, rev, sc)
	r.wakes, r.asleep = s.mount(http.HandlerFunc(r.woken), counter)
	far := r.connectorOptions()
	r.connectors = newConnectors(s, counter, far, sc.Connector.Instances)
	r.base, r.unmount = s.mount(r.noted(r.far()), counter)
	return r
}

// start lets the gateways dial that are not told to wait.
func (r *run) start(ctx context.Context) error {
	if r.broken != nil {
		return r.broken
	}
	if l := r.options.Connector; l != nil && l.Program != nil {
		if err := r.startHeld(ctx); err != nil {
			return err
		}
	}
	for _, name := range r.names {
		p := r.gateways[name]
		if p.config.Connect != nil && !*p.config.Connect {
			continue
		}
		if err := p.start(); err != nil {
			return err
		}
	}
	if r.options.Connector != nil && r.scenario.Connector.Handshake != manual {
		if err := r.greeted(ctx); err != nil {
			return err
		}
	}
	if err := r.dialled(ctx); err != nil {
		return err
	}
	return r.quiet(ctx)
}

// far is what the gateways dial: the connector, or a bridge to a live one. Then
// the connector stands by, and nobody dials it.
func (r *run) far() http.Handler {
	l := r.options.Connector
	if l == nil {
		return r.connectors
	}
	r.bridge = bridge.New(bridge.Options{
		Connector: l.URL, Client: l.Client, Peer: r.nameOf, PeerHeader: peerHeader, Trace: r.log, Activity: r.counter,
	})
	return r.bridge
}

// maxTrace bounds the observations of one run: they are kept in memory.
const maxTrace = 1_000_000

// quiet waits until nothing happens any more without the player.
func (r *run) quiet(ctx context.Context) error {
	if err := r.counter.Wait(ctx); err != nil {
		return err
	}
	if !r.about.Counted {
		if err := r.settle(ctx); err != nil {
			return err
		}
	}
	if r.held != nil && r.log.Len() != r.rested {
		if err := r.rest(ctx); err != nil {
			return err
		}
	}
	if n := r.log.Len() - r.forgotten; n > maxTrace {
		return fmt.Errorf("the trace has %d observations, more than %d: repeat less", n, maxTrace)
	}
	return r.clock.faults.err()
}

func (r *run) problem(p verdict.Problem) { r.problems = append(r.problems, p) }

// known is what the laws must be told.
func (r *run) known() law.Known {
	config, recorded := &r.scenario.Connector, r.scenario.Recorded != nil
	k := law.Known{
		Revision:          r.revision.Name,
		Secrets:           r.secrets(),
		ByHand:            r.byHand,
		ScriptedConnector: recorded || config.Handshake == manual || config.Results == manual || anyStep(r.scenario.Steps, scriptsConnector),
		ScriptedBuffer:    recorded || config.Handshake == manual || anyStep(r.scenario.Steps, scriptsBuffer),
		Instances:         r.instances(),
		ResultsWithheld:   recorded || anyStep(r.scenario.Steps, scriptsConnector) || config.Results == manual,
		Whole:             true,
		TurnsShown:        true,
		TokensChecked:     config.Auth != "open" && r.options.Connector == nil,
	}
	if len(config.Tenants) > 0 {
		k.Tenants = r.owners()
	}
	return k
}

const manual = "manual"

// scriptsConnector says whether a step writes the connector's frames or changes
// how it answers.
func scriptsConnector(s *scenario.Step) bool {
	return writesFrames(s) || s.Connector != nil && (s.Connector.Results != "" || s.Connector.Handshake != "")
}

// scriptsBuffer says whether a step delivers what the connector did not decide
// to deliver, or keeps it from greeting a gateway.
func scriptsBuffer(s *scenario.Step) bool {
	return writesFrames(s) || s.Passthrough != nil || s.Inbound != nil && s.Inbound.BufferID != "" ||
		s.Connector != nil && s.Connector.Handshake != ""
}

func writesFrames(s *scenario.Step) bool {
	return (s.Frame != nil || s.Raw != nil) && (s.From == "" || s.From == string(trace.Connector))
}

// anyStep says whether what holds for one of the steps, or of those they repeat.
func anyStep(steps []scenario.Step, what func(*scenario.Step) bool) bool {
	return slices.ContainsFunc(steps, func(s scenario.Step) bool {
		return what(&s) || s.Repeat != nil && anyStep(s.Repeat.Steps, what)
	})
}

// instances names the instance of each gateway by its id and by its name.
func (r *run) instances() map[string]string {
	named := map[string]string{}
	for name, p := range r.gateways {
		of := p.tenant + "/" + or(p.config.Instance, p.id)
		named[name], named[p.id] = of, of
	}
	return named
}

func (r *run) owners() law.Tenants {
	t := law.Tenants{Gateways: map[string]string{}, Scopes: map[string]string{}, Users: map[string]string{}}
	for id, tenant := range r.scenario.Connector.Tenants {
		for _, scope := range tenant.Scopes {
			t.Scopes[scope] = id
		}
		for _, user := range tenant.Users {
			t.Users[user] = id
		}
	}
	for _, p := range r.gateways {
		t.Gateways[p.id] = p.tenant
		for _, user := range p.config.Users {
			t.Users[user] = p.tenant
		}
	}
	return t
}

func (r *run) secrets() []string {
	secrets := slices.Concat(r.connectors.any().Secrets(), r.tokens, r.bearers.list())
	for _, p := range r.gateways {
		secrets = append(secrets, p.secret)
	}
	return secrets
}
