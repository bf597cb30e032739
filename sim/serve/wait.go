package serve

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
)

// longestWait bounds a wait of a script that does not say how long, in real time.
const longestWait = 30 * time.Second

// wait lets a script wait for what it has caused.
func (p *Prompt) wait(ctx context.Context, rest string) error {
	what, text, _ := strings.Cut(rest, " ")
	limit := longestWait
	if text = strings.TrimSpace(text); text != "" {
		var err error
		if limit, err = time.ParseDuration(text); err != nil || limit <= 0 {
			return fmt.Errorf("want a time such as 5s, got %q", text)
		}
	}
	switch what {
	case "connected":
		return p.waitFor(ctx, 0, limit, "a gateway has said hello", func(entry) bool { return p.connected() })
	case "reply":
		channel := p.channel
		return p.waitFor(ctx, p.mark, limit, "the bot has written in #"+channel, func(e entry) bool {
			return e.shown != nil && e.shown.Channel == channel && e.shown.What != "reaction" && e.shown.Message.From == connector.Bot
		})
	}
	d, err := time.ParseDuration(what)
	if err != nil || d <= 0 || text != "" {
		return fmt.Errorf("want :wait connected, reply or a time such as 2s, got %q", rest)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
	return nil
}

func (p *Prompt) connected() bool {
	return slices.ContainsFunc(p.Server.connector.Connections(), func(c connector.Connection) bool {
		return len(c.Identities) > 0
	})
}

// waitFor waits until an entry of the journal after an index is as wanted.
func (p *Prompt) waitFor(ctx context.Context, after int, limit time.Duration, what string, wanted func(entry) bool) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	found := false
	p.Server.journal.follow(limited, after, func(list []entry, _ int) bool {
		found = slices.ContainsFunc(list, wanted)
		return !found
	})
	if !found && ctx.Err() == nil {
		return fmt.Errorf("not within %s: %s", limit, what)
	}
	return nil
}
