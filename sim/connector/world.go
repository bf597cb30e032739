package connector

import (
	"sync/atomic"

	"github.com/coder/quartz"
)

// World is what a connector sees and does not own: the chats of its platforms,
// the commands registered there, and the numbers of what happened. The instances
// of one connector share it, and it outlives them. Make one with NewWorld.
type World struct {
	chats    chats
	commands commands
	secrets  secrets
	keys     edgeKeys
	sockets  atomic.Int64 // numbers given
	messages atomic.Int64 // ids given
}

// NewWorld returns a World in which nobody has said anything. Watch is as in
// Options, where it is for a connector with a World of its own.
func NewWorld(clock quartz.Clock, watch func(Shown)) *World {
	w := &World{}
	w.chats.init(clock, watch)
	return w
}
