package play

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/relaysim/relaysim/gateway/auth"
)

// bearers are the upgrade tokens that gateways of a run presented and that their
// secrets have signed. Whoever reads one in a frame can dial with it (FU-4).
type bearers struct {
	mu     sync.Mutex
	signed map[string]bool // Guarded by mu.
}

// note keeps the token of an upgrade if one of the secrets has signed it: what a
// scenario makes up is no secret.
func (b *bearers) note(r *http.Request, secrets []string, now time.Time) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if _, err := auth.Verify(token, secrets, now); err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.signed == nil {
		b.signed = map[string]bool{}
	}
	b.signed[strings.TrimRight(token, "=")] = true
}

func (b *bearers) list() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.signed))
}

// noted is a handler of upgrades whose tokens are kept.
func (r *run) noted(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		var secrets []string
		for _, name := range r.names {
			secrets = append(secrets, r.gateways[name].secret)
		}
		r.bearers.note(request, secrets, r.clock.time())
		to.ServeHTTP(w, request)
	})
}
