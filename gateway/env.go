package gateway

import "github.com/relaysim/relaysim/gateway/wire"

// Env is what the environment says about a gateway.
type Env struct {
	// Identities are the bots to front, the default first; never empty.
	Identities []wire.Identity
	// URL is the connector's base URL, "" when unset.
	URL string
	// GatewayID and Secret authenticate the upgrade (AUTH-1), "" when unset.
	GatewayID, Secret string
	// Endpoint is the gateway's own URL, RouteKeys what is routed to it (PROV-1).
	Endpoint  string
	RouteKeys []string
	// Usernames are the bots' names by platform.
	Usernames map[string]string
	// InstanceID, WakeURL and DisplayName go into the provisioning request (PROV-1).
	InstanceID, WakeURL, DisplayName string
}

// FromEnv reads the environment through env, which is os.LookupEnv's shape.
func FromEnv(env func(string) (string, bool), rev *wire.Revision) Env { return Env{} }
