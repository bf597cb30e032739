package play

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/trace"
)

// The hosts on which gateways sleep. The connector pokes them with real
// requests, which the player takes and writes down (WAKE-1).

// wakeURL is where a gateway's host is poked.
func (r *run) wakeURL(gateway string, wake *scenario.Wake) string {
	if !strings.HasPrefix(wake.URL, "/") {
		return wake.URL
	}
	return r.wakes + "/" + url.PathEscape(gateway) + wake.URL
}

// woken takes a poke, which wakes the host that a dormant gateway is on (IDLE-7).
// One that has stopped is started by a step.
func (r *run) woken(w http.ResponseWriter, request *http.Request) {
	gateway, path, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, "/"), "/")
	body, _ := io.ReadAll(io.LimitReader(request.Body, 1<<20)) // what cannot be read is no payload
	headers := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(request.Header)) {
		headers[strings.ToLower(name)] = strings.Join(request.Header[name], ", ")
	}
	r.log.Add(&trace.Observation{
		Kind: trace.Wake, Peer: gateway, From: trace.Connector, Path: "/" + path,
		Call: request.Method, Args: trace.Value{Of: headers}, Data: body,
	})
	p := r.gateways[gateway]
	if p == nil || p.config.Wake == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	p.woken.Store(true)
	if to := p.config.Wake.Location; to != "" {
		w.Header().Set("Location", to)
	}
	if status := p.config.Wake.Status; status != 0 {
		w.WriteHeader(status)
	}
}
