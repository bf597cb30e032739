package connector

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/relaysim/relaysim/sim/trace"
)

// maxCommands is how many commands Discord lets one bot register.
const maxCommands = 100

// Command is one slash command a gateway has declared (MP-5).
type Command struct {
	Name        string
	Description string
	Options     json.RawMessage // as declared; nil where there are none
}

// commands are the registered ones by bot.
type commands struct {
	mu  sync.Mutex
	bot map[string][]Command
}

// register replaces a bot's commands by the valid entries of a manifest; the
// others are dropped one by one.
func (c *commands) register(bot string, manifest []byte) {
	var entries []json.RawMessage
	if json.Unmarshal(manifest, &entries) != nil {
		return
	}
	var list []Command
	for _, e := range entries {
		if cmd, ok := parseCommand(e); ok && len(list) < maxCommands {
			list = append(list, cmd)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bot == nil {
		c.bot = map[string][]Command{}
	}
	c.bot[bot] = list
}

func parseCommand(entry []byte) (Command, bool) {
	var c Command
	described := false
	trace.Members(entry, func(key, value []byte) {
		switch string(key) {
		case "name":
			c.Name, _ = trace.Text(value)
		case "description":
			c.Description, described = trace.Text(value)
		case "options":
			if value[0] == '[' {
				c.Options = slices.Clone(value)
			}
		}
	})
	return c, described && validCommandName(c.Name)
}

// validCommandName: [a-z0-9_-]{1,32}.
func validCommandName(name string) bool {
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return false
		}
	}
	return name != "" && len(name) <= 32
}

// Commands lists what a gateway has declared for a Discord bot, in its order.
func (c *Connector) Commands(botID string) []Command {
	c.commands.mu.Lock()
	defer c.commands.mu.Unlock()
	return slices.Clone(c.commands.bot[botID])
}
