package serve

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/report"
)

// ConsoleOptions says where a person looks. Both writers are required and may
// be the same.
type ConsoleOptions struct {
	Chat     io.Writer // gets what users see
	Log      io.Writer // gets what crosses, as a timeline
	Timeline report.TimelineOptions
	Quiet    bool // writes no timeline until Console.SetLog
}

// Console shows a person what goes on at a Server.
type Console struct {
	server   *Server
	options  ConsoleOptions
	timeline *report.Timeline
	log      atomic.Bool
}

// NewConsole returns a Console; Run writes.
func NewConsole(s *Server, o ConsoleOptions) *Console {
	c := &Console{server: s, options: o, timeline: report.NewTimeline(o.Log, o.Timeline)}
	c.log.Store(!o.Quiet)
	return c
}

// SetLog turns the timeline on and off.
func (c *Console) SetLog(on bool) { c.log.Store(on) }

// Run writes until ctx ends or a writer fails. When the terminal is too slow it
// leaves out what is forgotten meanwhile.
func (c *Console) Run(ctx context.Context) {
	c.server.journal.follow(ctx, 0, func(list []entry, forgotten int) bool {
		if forgotten > 0 {
			fmt.Fprintf(c.options.Log, "… %d more went by too fast to be shown\n", forgotten)
		}
		for _, e := range list {
			var err error
			switch {
			case e.shown != nil:
				_, err = io.WriteString(c.options.Chat, seen(e.shown))
			case c.log.Load():
				err = c.timeline.Add(e.observed)
			}
			if err != nil {
				return false
			}
		}
		return true
	})
}

// seen is what a user sees change, as lines.
func seen(s *connector.Shown) string {
	m := &s.Message
	switch s.What {
	case "reaction":
		if len(m.Reactions) == 0 {
			return said(s.Channel, "bot", "took its reactions to "+m.ID+" away", "")
		}
		return said(s.Channel, "bot", "reacts "+strings.Join(m.Reactions, " ")+" to "+m.ID, "")
	case "edit":
		return said(s.Channel, writer(m), m.Text, "(edited "+m.ID+")")
	}
	return said(s.Channel, writer(m), body(m), note(m))
}

// writer is who wrote a message.
func writer(m *connector.MessageView) string { return cmp.Or(m.Name, m.From) + ":" }

// body is a message's text and its media.
func body(m *connector.MessageView) string {
	if m.MediaURL == "" {
		return m.Text
	}
	return strings.TrimSpace(m.Text + " [" + m.MediaURL + "]")
}

// note is what stands behind a message.
func note(m *connector.MessageView) string {
	var parts []string
	if m.ID != "" {
		parts = append(parts, m.ID)
	}
	if m.ReplyTo != "" {
		parts = append(parts, "to "+m.ReplyTo)
	}
	if m.ThreadID != "" {
		parts = append(parts, "in thread "+m.ThreadID)
	}
	if m.Edited {
		parts = append(parts, "edited")
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// said is one line, or more where the text has some.
func said(channel, who, text, note string) string {
	line := strings.TrimRight(fmt.Sprintf("#%s  %s %s  %s", oneLine(channel), oneLine(who), report.Safe(text), oneLine(note)), " ")
	return strings.ReplaceAll(line, "\n", "\n      ") + "\n"
}

func oneLine(s string) string { return strings.ReplaceAll(report.Safe(s), "\n", `\n`) }
