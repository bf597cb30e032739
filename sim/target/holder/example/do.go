package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
)

// do does what is ordered and returns what is to be answered beside the id.
func (h *held) do(ctx context.Context, o *order) (map[string]any, error) {
	c := h.connector
	switch o.Do {
	case "start":
		return h.start(&o.Setup)
	case "deliver":
		if h.fault == "events are lost" {
			return nil, nil
		}
		return nil, c.Deliver(connector.Delivery{To: o.To, Event: h.broken(o.Event), BufferID: o.BufferID})
	case "interaction":
		return h.interaction(ctx, o)
	case "webhook":
		return h.webhook(ctx, o)
	case "forward":
		return nil, c.Forward(o.To, o.Forward)
	case "interrupt":
		return nil, c.Interrupt(o.To, o.Session, o.Chat)
	case "write":
		return nil, c.WriteRaw(o.To, o.Messages, o.Binary)
	case "close":
		return nil, c.CloseConn(o.To, o.Code, o.Reason)
	case "drop":
		return nil, c.Drop(o.To)
	case "revoke":
		if h.fault == "nobody is revoked" {
			return nil, nil
		}
		return nil, c.Revoke(o.Gateway)
	case "rotate":
		return nil, c.RotateSecrets(o.Gateway, o.Secrets)
	case "results":
		c.SetManualResults(o.Manual)
		return nil, nil
	case "handshake":
		c.SetManualHandshake(o.Manual)
		return nil, nil
	case "descriptor":
		return nil, c.SetDescriptor("", o.Fields)
	case "refuse":
		c.RefuseUpgrades(o.To, o.Status)
		return nil, nil
	case "chat":
		return map[string]any{"chat": c.Chat(o.Channel)}, nil
	case "advance":
		return nil, h.advance(ctx, time.Duration(o.MS*float64(time.Millisecond)))
	}
	return nil, fmt.Errorf("this driver cannot %s", o.Do)
}

// broken are faults in an event.
func (h *held) broken(event map[string]any) map[string]any {
	source, _ := event["source"].(map[string]any)
	event, source = maps.Clone(event), maps.Clone(source)
	switch h.fault {
	case "the scope is lost":
		delete(source, "guild_id")
	case "all users are one":
		source["user_id"] = "U0"
	case "texts are trimmed":
		event["text"] = "…"
	default:
		return event
	}
	event["source"] = source
	return event
}

// interaction posts to the edge as Discord does.
func (h *held) interaction(ctx context.Context, o *order) (map[string]any, error) {
	if h.fault == "the token is not stripped" {
		forward, _ := json.Marshal(map[string]any{
			"platform": "discord", "botId": o.Bot, "method": "POST", "path": "/interactions/" + o.Bot,
			"headers": []any{}, "bodyB64": []byte(o.Body),
		})
		return map[string]any{"status": 200, "body": `{"type":5}`}, h.connector.Forward(o.To, forward)
	}
	now := h.clock.Now()
	if o.Signature == "stale" {
		now = now.Add(-time.Hour)
	}
	at := strconv.FormatInt(now.Unix(), 10)
	header := http.Header{"Content-Type": {"application/json"}, "X-Signature-Timestamp": {at}}
	sign(header, "X-Signature-Ed25519", h.connector.SignInteraction(o.Bot, at, []byte(o.Body)), o.Signature)
	return h.post(ctx, "/interactions/"+url.PathEscape(o.Bot), header, []byte(o.Body))
}

// webhook posts to the edge as Twilio does.
func (h *held) webhook(ctx context.Context, o *order) (map[string]any, error) {
	params := url.Values{}
	for name, value := range o.Params {
		params.Set(name, value)
	}
	path := "/webhooks/twilio/" + url.PathEscape(o.Bot)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	sign(header, "X-Twilio-Signature", h.connector.SignTwilio(o.Bot, h.url+path, params), o.Signature)
	return h.post(ctx, path, header, []byte(params.Encode()))
}

// sign puts a signature into a header; one that is ordered to be bad is changed.
func sign(header http.Header, name, signature, how string) {
	switch how {
	case "missing":
		return
	case "bad":
		signature = signature[:len(signature)-4] + "0000"
	}
	header.Set(name, signature)
}

func (h *held) post(ctx context.Context, path string, header http.Header, body []byte) (map[string]any, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = header
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return map[string]any{"status": answer.StatusCode, "body": string(text)}, err
}
