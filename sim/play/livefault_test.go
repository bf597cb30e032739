package play_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// fault is what is wrong with a connector: it stands before a good one. Its zero
// value is none.
type fault struct {
	options connector.Options
	// says is what it says in place of a message of the good one's, to a socket that
	// presented this bearer.
	says func(message, bearer string) []string
	// hears is what the good one hears in place of a message; nothing ends the socket.
	hears func(message string) []string
	// answers is said on its own account to a message; "" is nothing.
	answers func(message string) string
	// greets is said to every socket at once, and refuses is said before it is told
	// to go.
	greets, refuses string
	// because is the reason of a close: the bearer, where it is told.
	because func(bearer string) string
	// binary says everything in binary messages.
	binary bool
	// anyPath takes upgrades at every path, and status answers them all.
	anyPath bool
	status  int
	// lets changes what is presented at the upgrade.
	lets func(http.Header)
}

const goodSecret = "a-secret-of-the-test"

// broken is a live connector with a fault.
func broken(t *testing.T, f fault) *play.Live {
	t.Helper()
	f.options.Gateways = []connector.Gateway{{ID: "gw-1", Secrets: []string{goodSecret}}}
	c := connector.New(f.options)
	good := httptest.NewServer(c)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.stand(w, r, good.URL) }))
	t.Cleanup(func() { bad.CloseClientConnections(); c.Close(); bad.Close(); good.Close() })
	return live(t, bad.URL, "gw-1", goodSecret)
}

// stand stands between one socket and the good connector.
func (f *fault) stand(w http.ResponseWriter, r *http.Request, good string) {
	if f.status != 0 {
		w.WriteHeader(f.status)
		return
	}
	path, bearer := r.URL.Path, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if f.anyPath {
		path = "/relay"
	}
	header := http.Header{"Authorization": r.Header["Authorization"]}
	if f.lets != nil {
		f.lets(header)
	}
	far, answer, err := websocket.Dial(r.Context(), good+path, &websocket.DialOptions{HTTPHeader: header})
	if err != nil {
		w.WriteHeader(answer.StatusCode)
		return
	}
	defer far.CloseNow()
	near, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer near.CloseNow()
	far.SetReadLimit(-1)
	near.SetReadLimit(-1)
	f.say(near, f.greets)
	go f.listen(near, far)
	for {
		_, m, err := far.Read(context.Background())
		if err != nil {
			f.say(near, f.refuses)
			reason := ""
			if f.because != nil {
				reason = f.because(bearer)
			}
			_ = near.Close(max(websocket.CloseStatus(err), 1000), reason)
			return
		}
		said := []string{string(m)}
		if f.says != nil {
			said = f.says(string(m), bearer)
		}
		for _, line := range said {
			f.say(near, line)
		}
	}
}

func (f *fault) say(near *websocket.Conn, text string) {
	kind := websocket.MessageText
	if f.binary {
		kind = websocket.MessageBinary
	}
	if text != "" {
		_ = near.Write(context.Background(), kind, []byte(text))
	}
}

// listen passes on what is heard until the socket ends.
func (f *fault) listen(near, far *websocket.Conn) {
	defer far.CloseNow()
	for {
		kind, m, err := near.Read(context.Background())
		if err != nil {
			return
		}
		if f.answers != nil {
			f.say(near, f.answers(string(m)))
		}
		heard := []string{string(m)}
		if f.hears != nil {
			heard = f.hears(string(m))
		}
		for _, message := range heard {
			if far.Write(context.Background(), kind, []byte(message)) != nil {
				return
			}
		}
		if heard == nil {
			return
		}
	}
}

// What a fault says or hears in place of a message:

func replaced(old, new string) func(string, string) []string {
	return func(m, _ string) []string { return []string{strings.ReplaceAll(m, old, new)} }
}

func without(text string) func(string, string) []string {
	return func(m, _ string) []string {
		if strings.Contains(m, text) {
			return nil
		}
		return []string{m}
	}
}

func twice(text string) func(string, string) []string {
	return func(m, _ string) []string {
		if strings.Contains(m, text) {
			return []string{m, m}
		}
		return []string{m}
	}
}

// once lets one message with a text through.
func once(text string) func(string, string) []string {
	seen := false
	return func(m, _ string) []string {
		if strings.Contains(m, text) {
			if seen {
				return nil
			}
			seen = true
		}
		return []string{m}
	}
}

// also says something more where it has said a text.
func also(text string, more func(bearer string) string) func(string, string) []string {
	return func(m, bearer string) []string {
		if strings.Contains(m, text) {
			return []string{m, more(bearer)}
		}
		return []string{m}
	}
}

func heardAs(old, new string) func(string) []string {
	return func(m string) []string { return []string{strings.ReplaceAll(m, old, new)} }
}

// endsAt ends the socket at a message with a text.
func endsAt(text string) func(string) []string {
	return func(m string) []string {
		if strings.Contains(m, text) {
			return nil
		}
		return []string{m}
	}
}

// A connector with a fault fails the scenario that is about it, for the right
// reason. All are played at once: what they do is wait.
func TestLiveConnectorWithAFault(t *testing.T) {
	t.Parallel()
	list, st := conformance(t), stageFor(t)
	var playing sync.WaitGroup
	for name, c := range liveFaults() {
		i := slices.IndexFunc(list, func(sc *scenario.Scenario) bool { return strings.Contains(sc.Name, c.scenario) })
		if i < 0 {
			t.Errorf("%s: no scenario %q", name, c.scenario)
			continue
		}
		l := broken(t, c.fault)
		playing.Go(func() {
			if out, said := judged(t, st, l, list[i], 2*time.Second); out != verdict.Failed || !regexp.MustCompile(c.want).MatchString(said) {
				t.Errorf("%s: %s: %s, want a failure that says %q", name, out, said, c.want)
			}
		})
	}
	playing.Wait()
}

// The fault is what fails: without one each scenario passes at the same stand.
func TestLiveConnectorWithoutAFault(t *testing.T) {
	t.Parallel()
	l, st := broken(t, fault{options: connector.Options{Tenants: []connector.Tenant{{ID: "acme", Scopes: []string{"G1"}}}}}), stageFor(t)
	var playing sync.WaitGroup
	for _, sc := range conformance(t) {
		playing.Go(func() {
			if out, said := judged(t, st, l, sc, 20*time.Second); out != verdict.Passed {
				t.Errorf("%s: %s %s", sc.Name, out, said)
			}
		})
	}
	playing.Wait()
}

func judged(t *testing.T, st *play.Stage, l *play.Live, sc *scenario.Scenario, patience time.Duration) (_ verdict.Outcome, said string) {
	r := st.Run(t.Context(), sc, wire.R8, play.Options{Connector: l, Settle: 20 * time.Millisecond, Patience: patience})
	said = r.Reason
	for _, p := range r.Problems {
		said += p.Rule + " " + p.Text + " "
		for _, d := range p.Diffs {
			said += d.Path + " "
		}
	}
	return r.Outcome, said
}

// A result that comes later than quiet is believed in is no result that is missing.
func TestAResultThatIsLate(t *testing.T) { // OUT-1
	t.Parallel()
	late := func(message, _ string) []string {
		if strings.Contains(message, "outbound_result") {
			<-time.After(100 * time.Millisecond) // real time is what bounds it
		}
		return []string{message}
	}
	sc := load(t, "name: x\ngiven: [channel]\nvars: {channel: C1}\nsteps:\n  - agent: {send: {chat: \"${channel}\", content: hi}}\n  - expect: {send: {content: hi}}\n")
	stage := stageFor(t)
	r := stage.Run(t.Context(), sc, wire.R8, play.Options{Connector: broken(t, fault{says: late}), Settle: 5 * time.Millisecond})
	if r.Outcome != verdict.Passed {
		t.Errorf("%v %s %+v", r.Outcome, r.Reason, r.Problems)
	}
}
