package gateway

import (
	"strings"
	"sync"

	"github.com/relaysim/relaysim/gateway/wire"
)

// descriptors are those of one connection, by platform. The first is the
// default; a later one for the same platform changes nothing (MP-1).
type descriptors struct {
	mu         sync.RWMutex
	first      *wire.Descriptor            // Guarded by mu.
	byPlatform map[string]*wire.Descriptor // Guarded by mu. Elements are read-only.
}

// maxDescriptors bounds the descriptors of one connection, well above the
// platforms there are: a connector may send more than it was asked for.
const maxDescriptors = 256

func (ds *descriptors) add(d *wire.Descriptor) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if ds.first == nil {
		ds.first = d
		ds.byPlatform = map[string]*wire.Descriptor{}
	}
	if ds.byPlatform[d.Platform] == nil && len(ds.byPlatform) < maxDescriptors {
		ds.byPlatform[d.Platform] = d
	}
}

// of is the descriptor for a chat of platform, "" when that is not known (MP-4).
func (ds *descriptors) of(platform string) *wire.Descriptor {
	ds.mu.RLock()
	defer ds.mu.RUnlock()
	if d := ds.byPlatform[platform]; d != nil {
		return d
	}
	return ds.first
}

// descriptorOf is the descriptor last adopted for platform; nil before the
// first handshake.
func (g *Gateway) descriptorOf(platform string) *wire.Descriptor {
	if ds := g.descs.Load(); ds != nil {
		return ds.of(platform)
	}
	return nil
}

// hellosOf is the lines that open a connection, in order (HS-1, MP-1, MP-5).
func hellosOf(o *Options) [][]byte {
	var lines [][]byte
	for _, id := range o.Identities {
		var manifest []wire.Command
		if o.Revision.CommandManifest && id.Platform == "discord" {
			manifest = wire.ValidCommands(o.Commands)
		}
		lines = append(lines, wire.AppendHello(nil, id, manifest))
	}
	return lines
}

// botsOf finds each platform's bot id. The first identity of a platform wins.
func botsOf(ids []wire.Identity) map[string]string {
	bots := map[string]string{}
	for _, id := range ids {
		if _, fronted := bots[id.Platform]; !fronted {
			bots[id.Platform] = id.BotID
		}
	}
	return bots
}

// address is where an outbound frame says it goes (MP-2). Both may be "".
type address struct{ platform, botID string }

// addressOf is the address of an action whose chat is on platform. "relay"
// stands for a platform that nobody knows and is never named.
func (g *Gateway) addressOf(platform string) address {
	if !g.rev.TagsPlatform || platform == "" || platform == wire.PlatformRelay {
		return address{}
	}
	return address{platform, g.bots[platform]}
}

// addressOfKind is the address of a follow_up: the platform that its kind
// begins with, when it is fronted (FU-5).
func (g *Gateway) addressOfKind(kind string) address {
	platform, _, dotted := strings.Cut(kind, ".")
	if _, fronted := g.bots[platform]; !dotted || !fronted {
		return address{}
	}
	return g.addressOf(platform)
}
