package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/trace"
)

var errDropped = connector.ErrDropped

// policy says what of a tenant's events a gateway gets.
type policy struct {
	Principal          string   `json:"principal"`
	Owner              string   `json:"owner"`
	Allowed            []string `json:"allowed"`
	Scopes             []string `json:"scopes"` // null: all of its tenant's
	RequireAddress     bool     `json:"requireAddress"`
	FreeResponseScopes []string `json:"freeResponseScopes"`
	AllowOtherBots     bool     `json:"allowOtherBots"`
}

// setup is the connector that a scenario asks for.
type setup struct {
	Platforms []struct {
		Name       string         `json:"name"`
		BotID      string         `json:"bot_id"`
		Descriptor map[string]any `json:"descriptor"`
	} `json:"platforms"`
	Tenants []struct {
		ID     string   `json:"id"`
		Scopes []string `json:"scopes"`
		Users  []string `json:"users"`
	} `json:"tenants"`
	Gateways []struct {
		ID           string   `json:"id"`
		Name         string   `json:"name"`
		Tenant       string   `json:"tenant"`
		Instance     string   `json:"instance"`
		Secrets      []string `json:"secrets"`
		Users        []string `json:"users"`
		Policy       policy   `json:"policy"`
		SharedGroups bool     `json:"shared_groups"`
		Buffered     bool     `json:"buffered"`
		WakeURL      string   `json:"wake_url"`
	} `json:"gateways"`
	Chats           map[string]connector.ChatInfo `json:"chats"`
	Fail            map[string]string             `json:"fail"`
	OpenAuth        bool                          `json:"open_auth"`
	ManualHandshake bool                          `json:"manual_handshake"`
	ManualResults   bool                          `json:"manual_results"`
	Now             int64                         `json:"now"` // milliseconds since 1970
}

func (s *setup) options() connector.Options {
	o := connector.Options{
		Chats: s.Chats, Fail: s.Fail, OpenAuth: s.OpenAuth, ManualHandshake: s.ManualHandshake,
		ManualResults: s.ManualResults, PeerHeader: "X-Relaysim-Peer",
	}
	for _, p := range s.Platforms {
		o.Platforms = append(o.Platforms, connector.Platform{Name: p.Name, BotID: p.BotID, Descriptor: p.Descriptor})
	}
	for _, t := range s.Tenants {
		o.Tenants = append(o.Tenants, connector.Tenant{ID: t.ID, Scopes: t.Scopes, Users: t.Users})
	}
	for _, g := range s.Gateways {
		o.Gateways = append(o.Gateways, connector.Gateway{
			ID: g.ID, Name: g.Name, Tenant: g.Tenant, Instance: g.Instance, Secrets: g.Secrets, Users: g.Users,
			Policy: connector.Policy(g.Policy), SharedGroups: g.SharedGroups, Buffered: g.Buffered, WakeURL: g.WakeURL,
		})
	}
	return o
}

// held is the connector, its clock and its server.
type held struct {
	fault     string
	connector *connector.Connector
	options   connector.Options
	clock     *quartz.Mock
	server    *http.Server
	served    chan struct{}
	url       string

	printing sync.Mutex
	out      io.Writer
}

// Add passes on what the connector dropped; what else happens crosses sockets.
func (h *held) Add(o *trace.Observation) {
	if o.Kind == trace.Note {
		_ = h.print(map[string]any{"note": o.Reason})
	}
}

// print prints one line.
func (h *held) print(m map[string]any) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	h.printing.Lock()
	defer h.printing.Unlock()
	_, err = h.out.Write(append(line, '\n'))
	return err
}

func (h *held) start(s *setup) (map[string]any, error) {
	h.options = s.options()
	h.clock = quartz.NewMock(quiet{}).WithLogger(quartz.NoOpLogger)
	h.clock.Set(time.UnixMilli(s.Now))
	h.options.Clock, h.options.Trace = h.clock, h
	h.breakOptions()
	h.connector = connector.New(h.options)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.url = "http://" + ln.Addr().String()
	h.server = &http.Server{Handler: h.connector, ReadHeaderTimeout: 10 * time.Second}
	h.served = make(chan struct{})
	go func() {
		defer close(h.served)
		_ = h.server.Serve(ln) // ends with close
	}()
	return map[string]any{"url": h.url}, nil
}

func (h *held) close() {
	if h.server == nil {
		return
	}
	h.connector.Close()
	_ = h.server.Close()
	<-h.served
}

// breakOptions are faults that a setting makes.
func (h *held) breakOptions() {
	switch h.fault {
	case "everybody is let in":
		h.options.OpenAuth = true
	case "no results":
		h.options.ManualResults = true
	case "tenants are one":
		h.options.Tenants = nil
	}
}

// advance lets time pass, from timer to timer.
func (h *held) advance(ctx context.Context, d time.Duration) error {
	if h.fault == "time stands still" {
		return nil
	}
	for d > 0 {
		step := d
		if next, ok := h.clock.Peek(); ok && next < step {
			step = next
		}
		if err := h.clock.Advance(step).Wait(ctx); err != nil {
			return fmt.Errorf("advance: %w", err)
		}
		d -= step
	}
	return nil
}

// quiet is quartz's TestingT outside of a test.
type quiet struct{}

func (quiet) Helper()               {}
func (quiet) Log(...any)            {}
func (quiet) Logf(string, ...any)   {}
func (quiet) Cleanup(func())        {}
func (quiet) Error(...any)          {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatal(...any)          {}
func (quiet) Fatalf(string, ...any) {}
