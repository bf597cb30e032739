package connector

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// emptyTwiML is the answer that makes Twilio do nothing.
const emptyTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`

// serveTwilio takes an SMS webhook: verifies it, answers it and forwards it to
// the tenant that owns the number written to, else the sender (SEC-1, SEC-2).
func (c *Connector) serveTwilio(w http.ResponseWriter, r *http.Request, bot string) {
	body, ok := c.readEdge(w, r)
	if !ok {
		return
	}
	params, err := url.ParseQuery(string(body))
	// Behind a router the path may have been shortened: the target is what was signed.
	signed := c.SignTwilio(bot, scheme(r)+"://"+r.Host+r.RequestURI, params)
	if err != nil || !hmac.Equal([]byte(signed), []byte(r.Header.Get("X-Twilio-Signature"))) {
		c.answer(w, r, http.StatusUnauthorized, "text/plain", "invalid request signature")
		return
	}
	from := params.Get("From")
	src := source{platform: "sms", chatType: "dm", chatID: from, user: from}
	t, err := c.choose(c.routes.owner(params.Get("To"), from), "", src, remark{addressed: true})
	if err != nil {
		c.drop("", "webhook", err)
	}
	c.answer(w, r, http.StatusOK, "text/xml", emptyTwiML)
	if err == nil {
		c.forward(t, src.platform, bot, r, body)
	}
}

// SignTwilio signs as Twilio does for this bot: base64 HMAC-SHA1 over the URL
// posted to, followed by the parameters in the order of their names.
func (c *Connector) SignTwilio(botID, url string, params url.Values) string {
	mac := hmac.New(sha1.New, []byte(c.keys.twilioToken(botID)))
	mac.Write([]byte(url))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		for _, value := range params[name] {
			mac.Write([]byte(name + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}
