package connector

import (
	"cmp"
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/relaysim/relaysim/sim/connector/state"
	"github.com/relaysim/relaysim/sim/trace"
)

// maxSkew is how far a provider's timestamp may be from the clock.
const maxSkew = 5 * time.Minute

// Discord's interaction types and the answers to them.
const (
	typePing         = 1
	typeComponent    = 3
	typeAutocomplete = 4

	answerPong         = `{"type":1}`
	answerDeferred     = `{"type":5}`
	answerDeferredEdit = `{"type":6}`
	answerNoChoices    = `{"type":8,"data":{"choices":[]}}` // an autocomplete cannot be deferred
)

// serveInteraction takes an interaction: verifies it, answers it, puts its
// token into the vault and forwards the rest (SEC-1, SEC-2, DI-5).
func (c *Connector) serveInteraction(w http.ResponseWriter, r *http.Request, bot string) {
	body, ok := c.readEdge(w, r)
	if !ok {
		return
	}
	if !c.platforms.fronts(identity{"discord", bot}) {
		c.answer(w, r, http.StatusNotFound, "text/plain", "unknown bot")
		return
	}
	if !c.verifyInteraction(r.Header, bot, body) {
		c.answer(w, r, http.StatusUnauthorized, "text/plain", "invalid request signature")
		return
	}
	if !trace.Members(body, nil) {
		c.answer(w, r, http.StatusBadRequest, "text/plain", "the body is not a JSON object")
		return
	}
	i := parseInteraction(body)
	if i.kind == typePing {
		c.answer(w, r, http.StatusOK, "application/json", answerPong)
		return
	}
	tenant := c.routes.owner(i.scope, i.author)
	t, err := c.choose(tenant, "", i.source, remark{addressed: true})
	c.bind(i, tenant, err == nil && t.SharedGroups)
	if err != nil {
		c.drop("", "interaction", err)
	}
	c.answer(w, r, http.StatusOK, "application/json", i.answer())
	if err == nil {
		c.forward(t, "discord", bot, r, strip(body, i.token))
	}
}

func (c *Connector) verifyInteraction(h http.Header, bot string, body []byte) bool {
	timestamp := h.Get("X-Signature-Timestamp")
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return false
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || c.clock.Now().Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
		return false
	}
	public := c.keys.interactionKey(bot).Public().(ed25519.PublicKey)
	return ed25519.Verify(public, slices.Concat([]byte(timestamp), body), signature)
}

// SignInteraction signs as Discord does for this bot: hex ed25519 over the
// timestamp (unix seconds) followed by the body.
func (c *Connector) SignInteraction(botID, timestamp string, body []byte) string {
	signed := slices.Concat([]byte(timestamp), body)
	return hex.EncodeToString(ed25519.Sign(c.keys.interactionKey(botID), signed))
}

// bind puts the interaction's token into the vault under the session that the
// gateway will compute (DI-6). Nobody can use one that no tenant owns.
func (c *Connector) bind(i interaction, tenant string, shared bool) {
	if i.token == "" {
		return
	}
	c.world.secrets.know(i.token)
	if tenant == "" {
		return
	}
	err := c.state.PutCapability(
		state.Key{Tenant: tenant, Session: sessionKey(i.source, "main", false, shared), Kind: interactionToken},
		state.Capability{Platform: "discord", ChatID: i.chatID, Expires: c.clock.Now().Add(interactionTokenLife)},
	)
	if err != nil {
		c.note("", "a capability cannot be kept: "+err.Error())
	}
}

// interaction is what the edge reads of one.
type interaction struct {
	source // as the gateway will see it (DI-1)
	kind   int
	token  string
}

func (i interaction) answer() string {
	switch i.kind {
	case typeComponent:
		return answerDeferredEdit
	case typeAutocomplete:
		return answerNoChoices
	}
	return answerDeferred
}

func parseInteraction(body []byte) interaction {
	i := interaction{source: source{platform: "relay", chatType: "dm"}}
	memberUser, user := "", ""
	trace.Members(body, func(key, value []byte) {
		switch string(key) {
		case "type":
			i.kind, _ = strconv.Atoi(string(value))
		case "token":
			i.token, _ = trace.Text(value)
		case "guild_id":
			i.scope, _ = trace.Text(value)
		case "channel_id":
			i.chatID, _ = trace.Text(value)
		case "user":
			user = userID(value)
		case "member":
			trace.Members(value, func(key, value []byte) {
				if string(key) == "user" {
					memberUser = userID(value)
				}
			})
		}
	})
	if i.scope != "" {
		i.chatType = "channel"
	}
	i.author = cmp.Or(memberUser, user)
	i.user = i.author
	return i
}

func userID(user []byte) (id string) {
	trace.Members(user, func(key, value []byte) {
		if string(key) == "id" {
			id, _ = trace.Text(value)
		}
	})
	return id
}
