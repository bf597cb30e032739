package scenario

import (
	"maps"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/spell"
	"gopkg.in/yaml.v3"
)

// role is what a name is used as.
type role int

// The roles of names.
const (
	socket        role = iota // a gateway, or a socket dialled before
	fronting                  // a gateway
	dialling                  // a socket, from here on
	dialled                   // a socket dialled before
	signalled                 // a signal that is given
	waiting                   // a signal that is waited for
	interruptible             // the same, where an interrupt may come in its place
	platform                  // a platform of the connector
	tenant                    // a tenant of the connector
	farInstance               // an instance of the connector
)

// naming is one place where something is called by its name.
type naming struct {
	role role
	name string
	node *yaml.Node
	path string
}

// name notes a name; nothing where n is missing, or made at run time.
func (l *loader) name(r role, n *yaml.Node, path string) {
	if n != nil && n.Kind == yaml.ScalarNode && n.Value != "" {
		l.namings = append(l.namings, naming{r, n.Value, n, path})
	}
}

// DefaultGateway is the name of a scenario's only gateway.
const DefaultGateway = "gateway"

// connectorName is what from says for the connector.
const connectorName = "connector"

// checkNames checks that what is called by a name is there.
func (l *loader) checkNames(s *Scenario) {
	gateways := []string{DefaultGateway}
	if len(s.Gateways) > 0 {
		gateways = sortedKeys(s.Gateways)
	}
	platforms, tenants := []string{"discord"}, []string{"default"}
	if len(s.Connector.Platforms) > 0 {
		platforms = sortedKeys(s.Connector.Platforms)
	}
	if len(s.Connector.Tenants) > 0 {
		tenants = sortedKeys(s.Connector.Tenants)
	}
	if len(tenants) > 1 {
		for _, at := range l.tenantless {
			l.fault(at.node, at.path, "missing: the connector has the tenants %s", both(tenants))
		}
	}
	if len(gateways) > 1 {
		for _, at := range l.toless {
			l.fault(at.node, at.path, "missing: there are the gateways %s", both(gateways))
		}
	}
	given, awaited := l.named(signalled), slices.Concat(l.named(waiting), l.named(interruptible))
	var sockets []string
	for _, at := range l.namings {
		switch at.role {
		case socket:
			l.known(at, "gateway or dialled socket", slices.Concat(gateways, sockets))
		case fronting:
			l.known(at, "gateway", gateways)
		case dialled:
			l.known(at, "socket dialled before", sockets)
		case dialling:
			if at.name == connectorName || slices.Contains(gateways, at.name) {
				l.fault(at.node, at.path, "%s has a meaning of its own: want another name", clip(at.name))
				continue
			}
			sockets = append(sockets, at.name)
		case signalled:
			l.known(at, "agent that waits for", awaited)
		case waiting:
			l.known(at, "step that signals", given)
		case platform:
			l.known(at, "platform of the connector", platforms)
		case farInstance:
			l.known(at, "instance of the connector", s.Connector.Instances)
		case tenant:
			l.known(at, "tenant of the connector", tenants)
		}
	}
}

// named is the names of a role.
func (l *loader) named(r role) []string {
	var names []string
	for _, at := range l.namings {
		if at.role == r {
			names = append(names, at.name)
		}
	}
	return names
}

// known checks that a name is one of names. A name with a ${} is made when the
// step runs, and cannot be checked here; nor can others against it.
func (l *loader) known(at naming, what string, names []string) {
	made := func(name string) bool { return strings.Contains(name, "${") }
	if made(at.name) || slices.Contains(names, at.name) || slices.ContainsFunc(names, made) {
		return
	}
	end := spell.DidYouMean(at.name, names)
	if end == "" && len(names) > 0 {
		end = ", there is " + both(names)
	}
	l.fault(at.node, at.path, "no %s %q%s", what, clip(at.name), end)
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
