package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/relaysim/relaysim/sim/trace"
)

// TimelineOptions says how a timeline looks. The zero value is for a pipe.
type TimelineOptions struct {
	// Colour paints for a terminal.
	Colour bool
	// Width is the columns of a terminal, beyond which lines are cut. Zero cuts
	// none. Where it is too narrow for lanes, two letters and an arrow stand for
	// them.
	Width int
}

// Timeline shows a trace for people: a lane for each who takes part, an arrow
// from whom to whom, and what was said. Only one goroutine uses it.
type Timeline struct {
	w io.Writer
	palette
	width int
	head  bool // the names of the lanes are written
	asked map[asking]request
}

// asking names a request: ids are unique per connection (OUT-1).
type asking struct {
	conn int
	id   string
}

// maxAsked bounds the requests that are remembered until their result comes.
const maxAsked = 10000

// NewTimeline returns a Timeline that writes to w.
func NewTimeline(w io.Writer, o TimelineOptions) *Timeline {
	return &Timeline{w: w, palette: palette{o.Colour}, width: o.Width, asked: map[asking]request{}}
}

// Add writes what was observed, a line for each frame of a message. The error
// is that of the writer.
func (t *Timeline) Add(o *trace.Observation) error {
	if !t.head {
		t.head = true
		if err := t.print(t.faint(strings.Repeat(" ", prefixWidth) + t.names())); err != nil {
			return err
		}
	}
	for i, m := range t.moves(o) {
		prefix := strings.Repeat(" ", prefixWidth)
		if i == 0 {
			prefix = fmt.Sprintf("%4d %8.3f %-6s ", o.Seq, o.At.Seconds(), socket(o))
		}
		room := t.width - utf8.RuneCountInString(prefix) - t.laneWidth()
		if err := t.print(t.faint(prefix) + t.lanes(m) + m.paint(t.palette, cut(m.text, room, t.width > 0))); err != nil {
			return err
		}
	}
	return nil
}

// prefixWidth is what stands before the lanes: seq, time and socket.
const prefixWidth = 21

func (t *Timeline) print(line string) error {
	_, err := fmt.Fprintln(t.w, strings.TrimRight(line, " "))
	return err
}

// cut shortens a line to the room that is left on a terminal.
func cut(text string, room int, limited bool) string {
	if !limited || utf8.RuneCountInString(text) <= room {
		return text
	}
	if room < 1 {
		return ""
	}
	return string([]rune(text)[:room-1]) + "…"
}

// moves are what an observation shows: from whom to whom, and what.
func (t *Timeline) moves(o *trace.Observation) []move {
	if o.Kind == trace.Frame {
		return t.frames(o)
	}
	if o.Kind == trace.Close {
		for k := range t.asked {
			if k.conn == o.Conn {
				delete(t.asked, k)
			}
		}
	}
	m := happening(o)
	if name := peer(o); name != "" {
		m.text = name + m.text
	}
	return []move{m}
}

// frames are those that a message completed. One that completed none is shown
// as what it is.
func (t *Timeline) frames(o *trace.Observation) []move {
	from, to := gatewayLane, connectorLane
	if o.From == trace.Connector {
		from, to = to, from
	}
	if len(o.Frames) == 0 {
		return []move{{from: from, to: to, text: fmt.Sprintf("part of a line: %s", clipped(string(o.Data)))}}
	}
	var list []move
	for _, f := range o.Frames {
		m := move{from: from, to: to}
		t.frame(o, f, &m)
		if name := peer(o); name != "" {
			m.text = name + m.text
		}
		list = append(list, m)
	}
	return list
}
