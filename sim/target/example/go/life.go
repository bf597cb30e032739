package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/quiet"
)

// start is what a life begins with.
type start struct {
	Connector  string `json:"connector"`
	GatewayID  string `json:"gateway_id"`
	Secret     string `json:"secret"`
	Identities []struct {
		Platform string `json:"platform"`
		BotID    string `json:"bot_id"`
	} `json:"identities"`
	Revision string  `json:"revision"`
	Now      float64 `json:"now"`
	Options  struct {
		BackOff          float64             `json:"back_off_ms"`
		HandshakeTimeout float64             `json:"handshake_timeout_ms"`
		RequestTimeout   float64             `json:"request_timeout_ms"`
		MaxMessage       int                 `json:"max_message"`
		Reconnect        *bool               `json:"reconnect"`
		Typing           *bool               `json:"typing"`
		GroupPerUser     *bool               `json:"group_sessions_per_user"`
		ThreadPerUser    bool                `json:"thread_sessions_per_user"`
		Aliases          map[string][]string `json:"whatsapp_aliases"`
		Commands         []struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Options     json.RawMessage `json:"options"`
		} `json:"commands"`
	} `json:"options"`
}

// world is what outlives the lives of a scenario's gateway: its time, its
// sessions, and the count of what is still going on.
type world struct {
	counter *quiet.Counter
	clock   *quartz.Mock
	store   *session.Store
	rev     *wire.Revision
}

// renew begins a scenario with nothing left of the one before.
func (d *driver) renew() {
	d.world = world{counter: quiet.NewCounter(), clock: quartz.NewMock(clockFaults{}).WithLogger(quartz.NoOpLogger)}
	d.gateway, d.stop = nil, nil
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns, d.woken = map[string]*turn{}, false
}

// start begins a life: the gateway dials.
func (d *driver) start(s *start) error {
	if d.store == nil {
		d.clock.Set(time.UnixMilli(int64(s.Now * 1000)))
		var err error
		if d.store, err = session.NewStore(session.Options{Clock: d.clock, Location: time.UTC}); err != nil {
			return err
		}
	}
	o, err := d.options(s)
	if err != nil {
		return err
	}
	g, err := gateway.New(o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.gateway, d.stop = g, cancel
	d.counter.Begin()
	d.lives.Go(func() {
		defer d.counter.End()
		_ = g.Run(ctx)
		d.send(map[string]any{"type": "state", "state": g.State().String(), "final": true})
	})
	return nil
}

func (d *driver) options(s *start) (gateway.Options, error) {
	rev, err := wire.ParseRevision(s.Revision)
	if err != nil {
		return gateway.Options{}, err
	}
	d.rev = rev
	o := gateway.Options{
		URL: s.Connector, GatewayID: s.GatewayID, Secret: s.Secret, Revision: rev,
		Agent: d, Observer: d, Activity: d.counter, Clock: d.clock, Store: d.store, Woken: d.wasWoken,
		HTTPClient:       &http.Client{Transport: &http.Transport{DialContext: quiet.Dialer(d.counter), DisableKeepAlives: true}},
		Logger:           slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError + 1})),
		BackOff:          milliseconds(s.Options.BackOff),
		HandshakeTimeout: milliseconds(s.Options.HandshakeTimeout),
		RequestTimeout:   milliseconds(s.Options.RequestTimeout),
		MaxMessage:       s.Options.MaxMessage,
		NoReconnect:      s.Options.Reconnect != nil && !*s.Options.Reconnect,
		NoTyping:         s.Options.Typing != nil && !*s.Options.Typing,
		Sessions: session.KeyOptions{
			SharedGroups:   s.Options.GroupPerUser != nil && !*s.Options.GroupPerUser,
			ThreadsPerUser: s.Options.ThreadPerUser,
			Aliases:        s.Options.Aliases,
		},
	}
	for _, i := range s.Identities {
		o.Identities = append(o.Identities, wire.Identity{Platform: i.Platform, BotID: i.BotID})
	}
	for _, c := range s.Options.Commands {
		o.Commands = append(o.Commands, wire.Command{Name: c.Name, Description: c.Description, Options: c.Options})
	}
	return o, nil
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

func (d *driver) wasWoken() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.woken
}

// advance lets time pass, which relaysim lets do no further than to the next
// timer.
func (d *driver) advance(ms float64) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.clock.Advance(milliseconds(ms)).Wait(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "clock:", err)
	}
}

const patience = 4 * time.Second // less than relaysim's own

// synced answers once nothing goes on any more that is not waiting for the
// connector, for relaysim or for the clock.
func (d *driver) synced(id int64) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.counter.Wait(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "not quiet:", err)
		return
	}
	m := map[string]any{"type": "synced", "id": id}
	if next, ok := d.clock.Peek(); ok {
		m["next"] = float64(next) / float64(time.Millisecond)
	}
	d.send(m)
}

// clockFaults is quartz's TestingT outside a test.
type clockFaults struct{}

func (clockFaults) Helper()                           {}
func (clockFaults) Log(...any)                        {}
func (clockFaults) Logf(string, ...any)               {}
func (clockFaults) Cleanup(func())                    {}
func (clockFaults) Error(args ...any)                 { fmt.Fprintln(os.Stderr, args...) }
func (clockFaults) Errorf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
func (clockFaults) Fatal(args ...any)                 { fmt.Fprintln(os.Stderr, args...) }
func (clockFaults) Fatalf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
