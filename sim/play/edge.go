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
func (h *Hand) interaction(ctx context.Context, in *scenario.Interaction) (Done, error) {
	body, err := InteractionBody(in, h.source("i"), h.source("relaysim-made-interaction-token-"))
	if err != nil {
		return Done{}, err
	}
	bot := h.bot("discord")
	now := h.Now()
	if in.Signature == stale {
		now = now.Add(-time.Hour)
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	header := http.Header{
		"Content-Type":          {"application/json"},
		"X-Signature-Timestamp": {timestamp},
	}
	signature := h.Connector.SignInteraction(bot, timestamp, body)
	switch in.Signature {
	case missing:
	case bad:
		header.Set("X-Signature-Ed25519", spoil(signature))
	default:
		header.Set("X-Signature-Ed25519", signature)
	}
	return h.post(ctx, h.Base+"/interactions/"+url.PathEscape(bot), header, body)
}

// webhook posts a Twilio webhook, signed as Twilio signs.
func (h *Hand) webhook(ctx context.Context, in *scenario.Webhook) (Done, error) {
	params := url.Values{}
	for k, v := range in.Params {
		params.Set(k, v)
	}
	bot := h.bot("sms")
	to := h.Base + "/webhooks/twilio/" + url.PathEscape(bot)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	signature := h.Connector.SignTwilio(bot, to, params)
	switch in.Signature {
	case missing:
	case bad:
		header.Set("X-Twilio-Signature", spoil(signature))
	default:
		header.Set("X-Twilio-Signature", signature)
	}
	return h.post(ctx, to, header, []byte(params.Encode()))
}

func (h *Hand) post(ctx context.Context, to string, header http.Header, body []byte) (Done, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return Done{}, err
	}
	request.Header = header
	response, err := h.Client.Do(request)
	if err != nil {
		return Done{}, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return Done{Status: response.StatusCode, Answer: answer}, err
}

// maxAnswer bounds what is kept of an answer of the edge, in bytes.
const maxAnswer = 64 << 10

// bot is the connector's bot on a platform; the first one if it is not fronted.
func (h *Hand) bot(platform string) string {
	for _, p := range h.Platforms {
		if p.Name == platform {
			return p.BotID
		}
	}
	return h.Platforms[0].BotID
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
