package connector

import "net/http"

// RelayPath is the only path at which a gateway can connect (DIAL-2).
const RelayPath = "/relay"

// ServeHTTP serves upgrades at RelayPath and the edge; any other upgrade or
// path gets 400 (DIAL-2). The goroutine of an accepted upgrade stays until its
// socket ends. A server that strangers can reach sets ReadHeaderTimeout: a
// request whose header never ends does not get as far as here.
func (c *Connector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !c.begin() {
		http.Error(w, "the connector has stopped", http.StatusServiceUnavailable)
		return
	}
	defer c.serving.Done()
	if isUpgrade(r) {
		c.serveUpgrade(w, r)
		return
	}
	c.edge(w, r)
}

// edge is where providers post (SEC-1).
func (c *Connector) edge(w http.ResponseWriter, r *http.Request) {
	// The forward goes out after the provider has its answer (PT-1): until then
	// there is work that no socket shows.
	c.activity.Begin()
	defer c.activity.End()
	if bot, ok := edgePath(r.URL.Path, "/interactions/"); ok && r.Method == http.MethodPost {
		c.serveInteraction(w, r, bot)
		return
	}
	if bot, ok := edgePath(r.URL.Path, "/webhooks/twilio/"); ok && r.Method == http.MethodPost {
		c.serveTwilio(w, r, bot)
		return
	}
	http.Error(w, "nothing is served here", http.StatusBadRequest)
}
