package mimic

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// Fake is relaysim's own connector, set up as the recorded one looks: with its
// bots, its descriptors, and a gateway record where tokens were asked for.
type Fake struct {
	// URL, GatewayID and Secret are for Options. The latter two are "" where the
	// recorded gateway did not authenticate.
	URL, GatewayID, Secret string

	bot       string // of Discord
	connector *connector.Connector
	server    *http.Server
	served    chan struct{}
}

// made are credentials that no recording has.
const madeID, madeSecret = "gw-recorded", "relaysim-made-secret"

// NewFake reads a recording to its end and starts a connector like the recorded
// one on a free loopback port. The caller closes it.
func NewFake(rec *recording.Reader) (*Fake, error) {
	o, f := connector.Options{OpenAuth: true}, &Fake{served: make(chan struct{})}
	looks := &appearance{}
	for {
		l, err := rec.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if l.Observation != nil {
			looks.observe(l.Observation)
		}
	}
	o.Platforms = looks.platforms
	if looks.auth {
		f.GatewayID, f.Secret = madeID, madeSecret
		if looks.as != "" {
			f.GatewayID = looks.as
		}
		o.OpenAuth = false
	}
	o.Gateways = []connector.Gateway{{ID: madeID, Secrets: []string{madeSecret}}}
	if f.GatewayID != "" {
		o.Gateways[0].ID = f.GatewayID
	}
	for _, p := range o.Platforms {
		if p.Name == "discord" {
			f.bot = p.BotID
		}
	}
	f.connector = connector.New(o)
	return f, f.listen()
}

func (f *Fake) listen() error {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.connector.Close()
		return fmt.Errorf("open the fake connector: %w", err)
	}
	f.URL = "http://" + tcp.Addr().String()
	f.server = &http.Server{
		Handler:           f.connector,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go func() {
		defer close(f.served)
		_ = f.server.Serve(tcp) // ends with Close
	}()
	return nil
}

// Close stops the connector and waits for its goroutines.
func (f *Fake) Close() error {
	f.connector.Close()
	err := f.server.Close()
	<-f.served
	return err
}

// Again lets a user write a message again, or press: an interaction is posted to
// the edge, as Discord does, with a token for it to strip. Anything else is left.
func (f *Fake) Again(ctx context.Context, line trace.FrameLine) (done bool, err error) {
	if line.Type() == "inbound" {
		event, ok := line.Object()["event"].(map[string]any)
		return ok && f.connector.Deliver(connector.Delivery{Event: event}) == nil, nil
	}
	body, ok := interaction(line.Field("forward"))
	if !ok {
		return false, nil
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.URL+"/interactions/"+url.PathEscape(f.bot), bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Signature-Timestamp", at)
	r.Header.Set("X-Signature-Ed25519", f.connector.SignInteraction(f.bot, at, body))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode == http.StatusOK, err
}

// interaction is the body of a forwarded interaction with a token put back in.
func interaction(forward []byte) ([]byte, bool) {
	platform, _ := trace.Text(trace.Field(forward, "platform"))
	text, _ := trace.Text(trace.Field(forward, "bodyB64"))
	body, err := base64.StdEncoding.DecodeString(text)
	var fields map[string]json.RawMessage
	if platform != "discord" || err != nil || json.Unmarshal(body, &fields) != nil || fields["type"] == nil {
		return nil, false
	}
	fields["token"] = json.RawMessage(`"relaysim-made-token"`)
	body, err = json.Marshal(fields)
	return body, err == nil
}

// appearance is what a recording shows of its connector.
type appearance struct {
	framer    trace.Framer
	platforms []connector.Platform
	described int    // platforms that a descriptor was seen of
	auth      bool   // tokens were presented
	as        string // the gateway id they were for
}

func (a *appearance) observe(o *trace.Observation) {
	if o.Kind == trace.Open {
		a.auth = a.auth || o.Auth == "present"
		if o.AuthenticatedAs != "" {
			a.as = o.AuthenticatedAs
		}
	}
	a.framer.Frame(o)
	for _, f := range o.Frames {
		switch f.Type() {
		case "hello":
			a.hello(f)
		case "descriptor":
			if d, ok := f.Object()["descriptor"].(map[string]any); ok && a.described < len(a.platforms) {
				a.platforms[a.described].Descriptor = d
				a.described++
			}
		}
	}
}

func (a *appearance) hello(f trace.FrameLine) {
	name, _ := trace.Text(f.Field("platform"))
	bot, _ := trace.Text(f.Field("botId"))
	for _, p := range a.platforms {
		if p.Name == name {
			return
		}
	}
	a.platforms = append(a.platforms, connector.Platform{Name: name, BotID: bot})
}
