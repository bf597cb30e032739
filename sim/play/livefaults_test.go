package play_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/relaysim/relaysim/gateway/auth"
	"github.com/relaysim/relaysim/sim/connector"
)

type liveFault struct {
	fault
	scenario string // a part of its name
	want     string // a pattern of what it says
}

// liveFaults are what a conformance scenario must notice, by what is wrong.
func liveFaults() map[string]liveFault {
	const noFrame = "no connector frame happened"
	const gone = noFrame + "|its socket is closed" // whichever is seen first
	token := func(header http.Header, of func(old string) string) {
		header.Set("Authorization", "Bearer "+of(strings.TrimPrefix(header.Get("Authorization"), "Bearer ")))
	}
	always := func(string) string { return auth.Mint("gw-1", goodSecret, time.Now(), time.Minute) }
	takes := func(bad func(bearer string) bool) func(http.Header) {
		return func(h http.Header) {
			token(h, func(old string) string {
				if bad(old) {
					return always(old)
				}
				return old
			})
		}
	}
	signedBy := func(secret, id string, now time.Time) func(string) bool {
		return func(bearer string) bool {
			of, err := auth.Verify(bearer, []string{secret}, now)
			return err == nil && of == id
		}
	}
	const an = "closes 4401 whoever"
	return map[string]liveFault{
		// handshake
		"no descriptor":                                          {fault{options: connector.Options{ManualHandshake: true}}, "answers a hello with a descriptor", noFrame},
		"a descriptor without a unit":                            {fault{says: replaced(`"len_unit":"chars",`, "")}, "answers a hello with a descriptor", "len_unit"},
		"a dialect that is no text":                              {fault{says: replaced(`"markdown_dialect":"discord"`, `"markdown_dialect":7`)}, "answers a hello with a descriptor", "markdown_dialect"},
		"a limit that is a text":                                 {fault{says: replaced(`"max_message_length":2000`, `"max_message_length":"2000"`)}, "answers a hello with a descriptor", "max_message_length"},
		"a descriptor of another platform":                       {fault{says: replaced(`"platform":"discord"`, `"platform":"telegram"`)}, "answers a hello with a descriptor", "platform"},
		"a descriptor for the first hello only":                  {fault{says: once(`"descriptor"`)}, "each hello", noFrame},
		"two descriptors for a hello":                            {fault{says: twice(`"descriptor"`)}, "one descriptor, and each request", "connector frame"},
		"two descriptors for each of two hellos":                 {fault{says: twice(`"descriptor"`)}, "each hello", "connector frame"},
		"a gateway that was there is not let in":                 {fault{says: once(`"descriptor"`)}, "comes back", "nothing matches"},
		"every upgrade is refused":                               {fault{status: 503}, "answers a hello with a descriptor", "no gateway frame happened"},
		"an upgrade at any path":                                 {fault{anyPath: true}, "any path but /relay", "status"},
		"a frame of the gateway's direction":                     {fault{says: also(`"descriptor"`, func(string) string { return `{"type":"hello"}` + "\n" })}, "answers a hello with a descriptor", "FR-5"},
		"what it says is secret":                                 {fault{says: also(`"descriptor"`, func(string) string { return `{"type":"inbound","event":{"text":"` + goodSecret + `"}}` + "\n" })}, "comes back", "FU-4"},
		"what it says is a bearer":                               {fault{says: also(`"descriptor"`, func(b string) string { return `{"type":"inbound","event":{"text":"` + b + `"}}` + "\n" })}, "comes back", "FU-4"},
		"what it says is the bearer of a socket dialled by hand": {fault{says: also(`outbound_result`, func(b string) string { return `{"type":"inbound","event":{"text":"` + b + `"}}` + "\n" })}, "refuses what it cannot do", "FU-4"},
		// framing
		"a message is one line": {fault{hears: func(m string) []string {
			line, _, _ := strings.Cut(strings.TrimLeft(m, "\n "), "\n")
			return []string{line + "\n"}
		}}, "finds lines in messages", noFrame},
		"only the first line of a message": {fault{hears: func(m string) []string {
			i := strings.Index(m, "\n{")
			if i < 0 || m[0] != '{' {
				return []string{m}
			}
			return []string{m[:i+1]}
		}}, "finds lines in messages", "requestId"},
		"a line that is no JSON ends it": {fault{hears: endsAt("this is not JSON")}, "survives lines that are no frames", gone},
		"a null ends it":                 {fault{hears: endsAt("null\n")}, "survives lines that are no frames", gone},
		"bytes that are no text end it":  {fault{hears: endsAt("\xff")}, "survives bytes that are none", gone},
		"an unknown type ends it":        {fault{hears: endsAt("no_such_type")}, "ignores types", gone},
		"binary messages":                {fault{binary: true}, "answers a hello with a descriptor", "FR-1"},
		"a line that is no JSON":         {fault{says: also(`"descriptor"`, func(string) string { return "hello\n" })}, "answers a hello with a descriptor", "FR-1"},
		// one result per request
		"no results":               {fault{options: connector.Options{ManualResults: true}}, "each request with one result", noFrame},
		"two results":              {fault{says: twice("outbound_result")}, "each request with one result", "OUT-1"},
		"results under another id": {fault{says: replaced(`"requestId":"r`, `"requestId":"R`)}, "refuses what it cannot do", "requestId"},
		"a result that nobody asked for": {fault{says: also(`"descriptor"`, func(string) string {
			return `{"type":"outbound_result","requestId":"x","result":{"success":true}}` + "\n"
		})}, "each request with one result", "OUT-1"},
		"no result of typing": {fault{hears: heardAs(`"op":"typing"`, `"op":"no_typing"`)}, "shows the bot typing", "success"},
		// refusals
		"refusals that say nothing":           {fault{says: replaced(`"error":"unknown op`, `"why":"unknown op`)}, "refuses what it cannot do", "error"},
		"refusals that claim success":         {fault{says: replaced(`"success":false`, `"success":true`)}, "follow_up for which", "success"},
		"refusals that end it":                {fault{hears: endsAt("no_such_op")}, "refuses what it cannot do", gone},
		"any target will do":                  {fault{}, "declines a target", "success"},
		"a target is declined in other words": {fault{options: connector.Options{Tenants: []connector.Tenant{{ID: "acme", Scopes: []string{"G1"}}}}, says: replaced("target not routed to an onboarded tenant", "no")}, "declines a target", "error"},
		"any message can be edited":           {fault{hears: heardAs(`"message_id":"no-such-message"`, `"message_id":"out-1"`)}, "shows the bot typing", "success"},
		"any length will do":                  {fault{hears: shortened}, "content over its limit", "success"},
		"what is too long ends it":            {fault{hears: endsAt("nobody may read")}, "content over its limit", gone},
		"any platform will do":                {fault{hears: heardAs(`"platform":"no-such-platform"`, `"platform":"discord"`)}, "were not said hello for", "success"},
		"any bot will do":                     {fault{hears: heardAs(`"botId":"no-such-bot"`, `"botId":"discord-bot"`)}, "were not said hello for", "success"},
		// interrupts
		"an interrupt ends it": {fault{hears: endsAt(`"interrupt"`)}, "takes an interrupt", gone},
		"an interrupt comes back": {fault{answers: func(m string) string {
			if strings.Contains(m, `"interrupt"`) {
				return `{"type":"interrupt_inbound","session_key":"agent:main:no-such:dm:nobody","chat_id":""}` + "\n"
			}
			return ""
		}}, "takes an interrupt", "connector frame"},
		// auth refusals
		"everybody is let in":             {fault{options: connector.Options{OpenAuth: true}}, an, "no close happened"},
		"whoever has no token is let in":  {fault{lets: takes(func(b string) bool { return b == "" })}, an, "no close happened"},
		"whoever has any token is let in": {fault{lets: takes(func(b string) bool { return b == "no-token-at-all" })}, an, "no close happened"},
		"any signature will do":           {fault{lets: takes(signedBy("not-the-secret", "gw-1", time.Now()))}, an, "no close happened"},
		"an old token will do":            {fault{lets: takes(signedBy(goodSecret, "gw-1", time.Now().Add(-time.Hour)))}, an, "no close happened"},
		"any gateway will do":             {fault{lets: takes(signedBy(goodSecret, "no-such-gateway", time.Now()))}, an, "no close happened"},
		"whoever is refused is told more": {fault{refuses: `{"type":"inbound","event":{"text":"no"}}` + "\n"}, an, "HS-1"},
		"whoever is refused is greeted":   {fault{greets: `{"type":"descriptor","descriptor":{}}` + "\n"}, an, "connector frame"},
		"a refusal gives the bearer away": {fault{because: func(bearer string) string { return bearer[:min(len(bearer), 123)] }}, an, "FU-4"},
		"padding is refused": {fault{lets: func(h http.Header) {
			token(h, func(b string) string {
				if strings.HasSuffix(b, "=") {
					return ""
				}
				return b
			})
		}}, "with padding", gone},
		// drain
		"no ack of going_idle":                 {fault{says: without("going_idle_ack")}, "acknowledges going_idle", noFrame},
		"an ack of nothing ends it":            {fault{hears: endsAt("inbound_ack")}, "acknowledges going_idle", gone},
		"who goes idle is not served any more": {fault{hears: endsAt("still-here")}, "acknowledges going_idle", gone},
		"who went idle is not let in again":    {fault{says: once(`"descriptor"`)}, "acknowledges going_idle", noFrame},
	}
}

// shortened is what a connector hears that takes content of any length.
func shortened(m string) []string {
	if strings.HasPrefix(m, "nobody may read") {
		return []string{}
	}
	return []string{m}
}
