package connector

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/trace"
)

// maxEdgeKeys bounds the bots whose edge secrets are remembered.
const maxEdgeKeys = 256

// edgeReadTimeout bounds a provider's request, in real time.
const edgeReadTimeout = 10 * time.Second

// edgePath splits /prefix/bot; the bot may hold no slash and not be empty.
func edgePath(path, prefix string) (bot string, ok bool) {
	bot, ok = strings.CutPrefix(path, prefix)
	return bot, ok && bot != "" && !strings.Contains(bot, "/")
}

// readEdge reads a provider's body; false if it is too long, too slow or cut
// off, which is answered.
func (c *Connector) readEdge(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	// A recorder in a test has no deadline to set, which does no harm.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(edgeReadTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(c.maxMessage)))
	if err != nil {
		c.answer(w, r, http.StatusRequestEntityTooLarge, "text/plain", "the body cannot be read")
		return nil, false
	}
	return body, true
}

// answer answers a provider, in the trace before on the wire, and at once: what
// is forwarded comes after (PT-1).
func (c *Connector) answer(w http.ResponseWriter, r *http.Request, status int, contentType, body string) {
	c.observe(&trace.Observation{
		Kind: trace.Answer, From: trace.Connector, Path: r.URL.Path, Code: status, Data: []byte(body),
	})
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body))) // else the answer ends with the handler
	w.WriteHeader(status)
	io.WriteString(w, body)
	_ = http.NewResponseController(w).Flush()
}

// forward sends what a provider posted to the tenant's gateway, without any
// header that could hold a credential (SEC-1).
func (c *Connector) forward(t target, platform, bot string, r *http.Request, body []byte) {
	f := appendText([]byte(`{"platform":`), platform)
	f = appendText(append(f, `,"botId":`...), bot)
	f = appendText(append(f, `,"method":`...), r.Method)
	f = appendText(append(f, `,"path":`...), r.URL.Path)
	f = append(f, `,"headers":[`...)
	if t := r.Header.Get("Content-Type"); t != "" {
		f = append(appendText(append(f, `["content-type",`...), t), ']')
	}
	f = append(f, `],"bodyB64":"`...)
	f = base64.StdEncoding.AppendEncode(f, body)
	if err := t.instance.deliver(passthrough(append(f, `"}`...)), t.socket); err != nil {
		c.drop(t.Name, "forward", err)
	}
}

// edgeKeys are the secrets shared with providers, made from the bot's id so that
// runs repeat: this connector's providers are as fake as itself.
type edgeKeys struct {
	mu      sync.Mutex
	discord map[string]ed25519.PrivateKey
	twilio  map[string]string
}

func derived(use, bot string) []byte {
	mac := hmac.New(sha256.New, []byte("relaysim edge "+use))
	mac.Write([]byte(bot))
	return mac.Sum(nil)
}

// interactionKey is the key of a bot's Discord application.
func (k *edgeKeys) interactionKey(bot string) ed25519.PrivateKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.discord == nil {
		k.discord = map[string]ed25519.PrivateKey{}
	}
	key, ok := k.discord[bot]
	if !ok {
		key = ed25519.NewKeyFromSeed(derived("discord", bot))
		k.discord[bot] = key
	}
	return key
}

// twilioToken is the auth token of a bot's Twilio account.
func (k *edgeKeys) twilioToken(bot string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.twilio == nil {
		k.twilio = map[string]string{}
	}
	token := base64.RawURLEncoding.EncodeToString(derived("twilio", bot)[:16])
	if len(k.twilio) < maxEdgeKeys { // strangers may post for any bot
		k.twilio[bot] = token
	}
	return token
}

func (k *edgeKeys) secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var list []string
	for _, key := range k.discord {
		list = append(list, base64.StdEncoding.EncodeToString(key.Seed()))
	}
	for _, token := range k.twilio {
		list = append(list, token)
	}
	return list
}
