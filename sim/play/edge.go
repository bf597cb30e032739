package play

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/scenario"
)

// The providers' real HTTP requests to the connector's edge. What the edge
// answers is in the trace.

const (
	bad     = "bad"
	missing = "missing"
	stale   = "stale"
)

// interaction posts a Discord interaction, signed as Discord signs.
func (r *run) interaction(ctx context.Context, in *scenario.Interaction) error {
	body, err := r.interactionBody(in)
	if err != nil {
		return err
	}
	bot := r.bot("discord")
	now := r.clock.time()
	if in.Signature == stale {
		now = now.Add(-time.Hour)
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	header := http.Header{
		"Content-Type":          {"application/json"},
		"X-Signature-Timestamp": {timestamp},
	}
	signature := r.connector.SignInteraction(bot, timestamp, body)
	switch in.Signature {
	case missing:
	case bad:
		header.Set("X-Signature-Ed25519", spoil(signature))
	default:
		header.Set("X-Signature-Ed25519", signature)
	}
	return r.post(ctx, r.base+"/interactions/"+url.PathEscape(bot), header, body)
}

// webhook posts a Twilio webhook, signed as Twilio signs.
func (r *run) webhook(ctx context.Context, in *scenario.Webhook) error {
	params := url.Values{}
	for k, v := range in.Params {
		params.Set(k, v)
	}
	bot := r.bot("sms")
	to := r.base + "/webhooks/twilio/" + url.PathEscape(bot)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	signature := r.connector.SignTwilio(bot, to, params)
	switch in.Signature {
	case missing:
	case bad:
		header.Set("X-Twilio-Signature", spoil(signature))
	default:
		header.Set("X-Twilio-Signature", signature)
	}
	return r.post(ctx, to, header, []byte(params.Encode()))
}

func (r *run) post(ctx context.Context, to string, header http.Header, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = header
	response, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

// bot is the connector's bot on a platform; the first one if it is not fronted.
func (r *run) bot(platform string) string {
	list := r.platforms()
	for _, p := range list {
		if p.Name == platform {
			return p.BotID
		}
	}
	return list[0].BotID
}

// spoil changes the last characters of a signature and keeps its form.
func spoil(signature string) string {
	const tail = 4
	if len(signature) < tail {
		return "00"
	}
	head, end := signature[:len(signature)-tail], signature[len(signature)-tail:]
	if strings.HasPrefix(end, "00") {
		return head + "1111"
	}
	return head + "0000"
}
