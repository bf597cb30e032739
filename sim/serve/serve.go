// Package serve is the fake connector on its own: it stays up for a real gateway
// to dial, and somebody plays its users, by lines of text (Prompt) or over HTTP
// (see API.md). The connector is sim/connector, unchanged, on the real clock.
// What is done to it are the steps of scenarios, performed by play.Hand; here is
// no second way.
//
// It may stay up for days: the trace forgets its oldest entries, and holds no
// secret. Start reading at New, then Server.ServeHTTP and Prompt.Run.
package serve

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/connector/buffer"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/scenario"
)

// Options configures a Server. Setup and Base are required.
type Options struct {
	// Setup says who is there: the connector's part of a scenario and its
	// gateways. A gateway without a secret gets a random one.
	Setup *scenario.Scenario
	// Base is the URL at which the Server is reached, for the providers that
	// post to the connector's edge.
	Base string
	// Loopback says that only this machine reaches it.
	Loopback bool
	// Token is what the API asks for as a bearer. Empty: it asks for none, and
	// answers only where Loopback is set.
	Token string
	// Buffers keeps whatever comes for gateways that are away, which therefore have
	// to acknowledge it (2026-08). Nil keeps, in memory, what comes for those that
	// have said going_idle. The caller closes it after the Server.
	Buffers buffer.Buffers
	// Logger takes what the connector skips and survives; never a secret. Nil
	// discards.
	Logger *slog.Logger
}

// Server is a connector that stays up. Any goroutine may use it.
type Server struct {
	// Fixed after New.
	connector *connector.Connector
	options   connector.Options
	hand      *play.Hand
	journal   *journal
	client    *http.Client
	token     string
	loopback  bool
	api       http.Handler
	secrets   []string        // of the gateways, and the token
	made      map[string]bool // gateways whose secret was made, by id

	ids     atomic.Int64
	readers atomic.Int64 // of the trace, over HTTP
	closing context.Context
	close   context.CancelFunc

	recording sync.Mutex
	file      *os.File // Guarded by recording: nil while there is none

	mu      sync.RWMutex   // Held for writing to set closed.
	closed  bool           // Guarded by mu.
	serving sync.WaitGroup // requests of the API
}

// New returns a Server. The caller serves it at Base and closes it.
func New(o Options) (*Server, error) {
	s := &Server{token: o.Token, loopback: o.Loopback, client: &http.Client{Transport: &http.Transport{}, Timeout: edgeTimeout}}
	s.made = makeSecrets(o.Setup)
	s.closing, s.close = context.WithCancel(context.Background())
	s.options = play.ConnectorOptions(o.Setup)
	s.secrets = []string{o.Token}
	for _, g := range s.options.Gateways {
		s.secrets = append(s.secrets, g.Secrets...)
	}
	var err error
	if s.journal, err = newJournal(s.secrets); err != nil {
		return nil, err
	}
	s.options.Trace, s.options.Watch, s.options.Logger = s.journal, s.journal.shown, o.Logger
	if s.options.Buffers = o.Buffers; o.Buffers != nil {
		for i := range s.options.Gateways {
			s.options.Gateways[i].Buffered = true
		}
		// What waits may be from a life before, and gateways remember ids: those of
		// two lives are not the same.
		s.ids.Store(time.Now().UnixMilli())
		s.options.NewID = func() string { return s.newID("out-") }
	}
	s.connector = connector.New(s.options)
	s.hand = &play.Hand{
		Connector: s.connector, Platforms: s.options.Platforms, Base: o.Base, Client: s.client,
		Now: time.Now, NewID: s.newID, Gateway: s.gatewayID,
	}
	s.api = s.handlers()
	return s, nil
}

// edgeTimeout bounds a provider's request to the edge, in real time.
const edgeTimeout = 30 * time.Second

// Close says goodbye to the gateways, ends the API's requests and waits until
// no goroutine is left. What is recorded is complete then.
func (s *Server) Close() error {
	s.connector.Goodbye()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.close()
	s.connector.Close()
	s.serving.Wait()
	s.client.CloseIdleConnections()
	s.journal.flush()
	_, err := s.endRecording((*record.Recorder).Close)
	return err
}

// ServeHTTP serves the API under APIPath, and the connector.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !ownOrigin(r) {
		refuse(w, http.StatusForbidden, "a page of another site may not call this")
		return
	}
	if r.URL.Path+"/" == APIPath || strings.HasPrefix(r.URL.Path, APIPath) {
		s.api.ServeHTTP(w, r)
		return
	}
	s.connector.ServeHTTP(w, r)
}

// begin admits a request of the API; the caller calls serving.Done after it. It
// is false after Close.
func (s *Server) begin() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.closed {
		s.serving.Add(1)
	}
	return !s.closed
}

// Perform performs a step of the connector's side.
func (s *Server) Perform(ctx context.Context, step *scenario.Step) (play.Done, error) {
	if step.To != "" {
		if _, err := s.gatewayID(step.To); err != nil {
			return play.Done{}, err
		}
	}
	return s.hand.Perform(ctx, step)
}

// Chat is what a user sees in a channel, without the secrets that somebody may
// have written there.
func (s *Server) Chat(channel string) connector.ChatView {
	return s.journal.chat(s.connector.Chat(channel))
}

// newID counts, but for what must not be guessed.
func (s *Server) newID(prefix string) string {
	if strings.Contains(prefix, "token") {
		return prefix + random()
	}
	return prefix + strconv.FormatInt(s.ids.Add(1), 10)
}

// random is 128 random bits.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// makeSecrets gives a random secret to each gateway that has none. It returns
// the ids of those.
func makeSecrets(sc *scenario.Scenario) map[string]bool {
	made := map[string]bool{}
	fill := func(name string, g *scenario.Gateway) {
		id := play.GatewayID(name, g)
		if g.Secret == "" && len(sc.Connector.Secrets[id]) == 0 {
			g.Secret = "relaysim-made-" + random()
			made[id] = true
		}
	}
	for name, g := range sc.Gateways {
		fill(name, &g)
		sc.Gateways[name] = g
	}
	if len(sc.Gateways) == 0 {
		if sc.Gateway == nil {
			sc.Gateway = &scenario.Gateway{}
		}
		fill(scenario.DefaultGateway, sc.Gateway)
	}
	return made
}

// gatewayID is the id of a gateway by its name or id; the only one where to is
// empty.
func (s *Server) gatewayID(to string) (string, error) {
	var names []string
	for _, g := range s.options.Gateways {
		if to == g.Name || to == g.ID || to == "" && len(s.options.Gateways) == 1 {
			return g.ID, nil
		}
		names = append(names, g.ID)
	}
	if to == "" {
		return "", fmt.Errorf("there are the gateways %s: say which", strings.Join(names, ", "))
	}
	return "", fmt.Errorf("no gateway %q, there is %s", to, strings.Join(names, ", "))
}
