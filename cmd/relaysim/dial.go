package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/relaysim/relaysim/gateway"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/record"
)

// connectorAt is where --connector is, and whose certificates --ca and --insecure
// trust there.
func connectorAt(connector, ca string, insecure bool) (*url.URL, *tls.Config, error) {
	base, err := record.ConnectorURL(connector)
	if err != nil {
		return nil, nil, fmt.Errorf("--connector: %w", err)
	}
	trust, err := record.TLS(ca, insecure)
	if err != nil {
		return nil, nil, fmt.Errorf("--ca: %w", err)
	}
	return base, trust, nil
}

// clientFor dials connectors.
func clientFor(trust *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: trust, Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
}

// dials reads who dials from the variables. Without credentials sockets are opened
// without a token, as some connectors may allow, and that is said.
func dials(p program, lookup func(string) (string, bool), rev *wire.Revision, file string) (gateway.Env, error) {
	env := gateway.FromEnv(lookup, rev)
	switch {
	case env.Ignored != nil:
		return env, env.Ignored
	case (env.GatewayID == "") != (env.Secret == ""):
		return env, fmt.Errorf("--connector: GATEWAY_RELAY_ID and GATEWAY_RELAY_SECRET are wanted together: one is missing%s", readFrom(file))
	case env.Secret == "":
		fmt.Fprintf(p.stderr, "no GATEWAY_RELAY_ID and GATEWAY_RELAY_SECRET%s, so sockets are opened without a token: set them, or give --env-file\n", readFrom(file))
	}
	return env, nil
}

// readFrom says where the variables are, unless it is the environment.
func readFrom(envFile string) string {
	if envFile == "" {
		return ""
	}
	return " in " + envFile
}

// unreachable says why nobody is at a connector's URL; nil where err is.
func unreachable(connector string, err error) error {
	var unknown x509.UnknownAuthorityError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown):
		return fmt.Errorf("cannot reach the connector at %s: %w; --ca FILE trusts its certificate", connector, err)
	}
	return fmt.Errorf("cannot reach the connector at %s: %w", connector, err)
}
