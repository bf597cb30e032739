package serve

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/record"
)

// Credentials are what one gateway needs to dial, by the names that
// gateway.FromEnv reads.
type Credentials struct {
	ID     string
	Secret string
	Made   bool // the secret was made for this run
}

// Credentials lists the gateways that may dial, in the order of their names.
func (s *Server) Credentials() []Credentials {
	var list []Credentials
	for _, g := range s.options.Gateways {
		list = append(list, Credentials{ID: g.ID, Secret: g.Secrets[0], Made: s.made[g.ID]})
	}
	return list
}

// Env is c as NAME=value lines that a shell and record.ReadEnv read, without the
// secret where that is not wanted.
func (s *Server) Env(c Credentials, secret bool) string {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "GATEWAY_RELAY_%s=%s\n", name, record.QuoteEnv(value)) }
	line("URL", s.hand.Base)
	line("ID", c.ID)
	if secret {
		line("SECRET", c.Secret)
	}
	first := s.options.Platforms[0]
	line("PLATFORM", first.Name) // of the seed's gateways
	line("BOT_ID", first.BotID)
	line("PLATFORMS", names(s.options.Platforms))
	line("BOT_IDS", botIDs(s.options.Platforms))
	return b.String()
}

func names(list []connector.Platform) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return strings.Join(names, ",")
}

func botIDs(list []connector.Platform) string {
	type bot struct {
		BotID string `json:"botId"`
	}
	bots := map[string]bot{}
	for _, p := range list {
		bots[p.Name] = bot{p.BotID}
	}
	b, _ := json.Marshal(bots) // texts, which can be encoded
	return string(b)
}
