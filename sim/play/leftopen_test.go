package play_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/target"
	"github.com/relaysim/relaysim/sim/verdict"
)

// forgetful is a gateway that leaves a socket behind when its bench is closed.
type forgetful struct {
	modest
	t      *testing.T
	resets bool
}

func (f forgetful) Describe() target.Description {
	about := f.modest.Describe()
	if !f.resets {
		about.Can = nil
	}
	return about
}

func (f forgetful) Bench(a target.Agent) target.Bench {
	return forgetfulBench{f.modest.Bench(a), f.t}
}

type forgetfulBench struct {
	target.Bench
	t *testing.T
}

func (b forgetfulBench) New(o gateway.Options) (target.Gateway, error) {
	header := http.Header{"Authorization": {"Bearer " + auth.Mint(o.GatewayID, o.Secret, o.Clock.Now(), time.Minute)}}
	ws, _, err := websocket.Dial(b.t.Context(), o.URL+"/relay", &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		return nil, err
	}
	b.t.Cleanup(func() { _ = ws.CloseNow() })
	ws.CloseRead(b.t.Context()) // it still answers pings
	return b.Bench.New(o)
}

// A socket that is up when a gateway's life has ended is one too many, whether its
// program was reset or has ended.
func TestASocketThatIsLeftOpen(t *testing.T) {
	t.Parallel()
	sc := load(t, "name: x\nsteps:\n  - inbound: {text: hi}\n  - expect: {event: {text: hi}}\n")
	for resets, want := range map[bool]string{true: "still open when reset was answered", false: "still open though its driver has ended"} {
		stage := stageFor(t)
		r := stage.Run(t.Context(), sc, wire.R8, play.Options{Target: forgetful{t: t, resets: resets}, Settle: 20 * time.Millisecond})
		last := ""
		if n := len(r.Problems); n > 0 {
			last = r.Problems[n-1].Text
		}
		if r.Outcome != verdict.Failed || !strings.Contains(last, want) {
			t.Errorf("resets %v: %v %s %+v, want %s", resets, r.Outcome, r.Reason, r.Problems, want)
		}
	}
}
