package play

import (
	"errors"
	"fmt"
	"time"

	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/verdict"
)

// patience is how long, in real time, a run waits for its own goroutines.
const patience = 5 * time.Second

// close ends both halves, waits for every goroutine, and returns the last that
// the programs under test said. What does not end is a bug of a half or of an
// agent: it must not hold up what comes after.
func (r *run) close() (said []string) {
	ended := make(chan *ending, 1)
	go func() { ended <- r.end() }()
	patience := patience
	if !r.about.Counted { // whoever holds it has its own
		patience += r.options.Timeout
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case e := <-ended:
		for _, text := range e.wrong {
			r.problem(verdict.Problem{At: r.scenario.Pos.String(), Text: text})
		}
		return e.said
	case <-limit.C:
		r.problem(verdict.Problem{At: r.scenario.Pos.String(), Text: fmt.Sprintf(
			"the gateway, its agent or the connector did not end within %v of being told to: goroutines are left behind", patience)})
		return nil
	}
}

// ending is how a run has ended.
type ending struct {
	said  []string // the last of what the programs under test printed
	wrong []string
}

func (e *ending) take(err error) {
	if err != nil {
		e.wrong = append(e.wrong, err.Error())
	}
}

func (r *run) end() *ending {
	e := &ending{}
	for _, p := range r.gateways {
		p.cancel()
	}
	for _, s := range r.sockets {
		s.close()
	}
	r.leave(e)
	r.connectors.close()
	if r.bridge != nil {
		r.bridge.Close()
	}
	if r.held != nil {
		e.take(r.held.Close())
	}
	for _, p := range r.gateways {
		p.removeStore()
	}
	r.calls.Wait()
	r.transport.CloseIdleConnections()
	r.unmount()
	r.asleep()
	return e
}

// leave gives the benches back while the connector still stands, which must have
// been let go of then.
func (r *run) leave(e *ending) {
	for _, name := range r.names {
		p := r.gateways[name]
		p.wait()
		e.said = append(e.said, p.bench.Said()...)
		e.take(p.bench.Close())
	}
	if r.about.Counted || len(r.connectors.alive()) == 0 {
		return
	}
	if r.about.Able(target.Reset) {
		e.take(ErrStillOpen)
	} else {
		e.take(errLeftOpen)
	}
}

var (
	// ErrStillOpen says that a driver has reset less than it must.
	ErrStillOpen = errors.New("the gateway's socket to the connector was still open when reset was answered: end its life on reset, as on kill, before synced")
	errLeftOpen  = errors.New("the gateway's socket to the connector is still open though its driver has ended: end what holds it before the driver ends")
)
