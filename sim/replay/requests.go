package replay

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/relaysim/relaysim/sim/match"
	"github.com/relaysim/relaysim/sim/trace"
)

// requestID finds the id in a result. What stands between the quotes is the
// first group.
var requestID = regexp.MustCompile(`"requestId"[ \t\r]*:[ \t\r]*"([^"\\\n]+)"`)

// remembered is for how many windows a request is: what answers it later is played
// with the recorded id, and no gateway minds it (OUT-6).
const remembered = 8

// requests writes the connector's messages that name a request with the variable
// that captures the replayed id in place of the recorded one. An id that no
// request before it had stays as it is, so a result that was late, double or
// never asked for is so again.
type requests struct {
	byID  map[string]*asked
	order []*asked // oldest first
	free  []string // variables that nothing will name any more
	lanes map[int]*lane
	lines int // for how many lines a request is remembered
}

// asked is a request the gateway made.
type asked struct {
	id       string
	seq      int    // when
	name     string // the variable that takes the id of the replayed request
	answered int    // the seq of its first result; 0 while it has none
}

func newRequests(lines int) *requests {
	return &requests{byID: map[string]*asked{}, lanes: map[int]*lane{}, lines: lines}
}

// lookAhead takes in a line.
func (r *requests) lookAhead(l *line) {
	o := l.Observation
	r.forget(o.Seq - r.lines)
	for i := range l.frames {
		if f := &l.frames[i]; f.id != "" {
			f.asked = r.ask(f.id, o.Seq, i)
		}
	}
	switch {
	case o.Kind == trace.Close && r.lanes[o.Conn] != nil:
		r.lanes[o.Conn].bind(r.byID)
		delete(r.lanes, o.Conn)
	case o.Kind == trace.Frame && o.From == trace.Connector:
		n := r.lanes[o.Conn]
		if n == nil {
			n = &lane{}
			r.lanes[o.Conn] = n
		}
		if n.add(l); n.whole() {
			n.bind(r.byID)
		}
	}
}

// settle writes what is about to be compiled, be its line whole or not.
func (r *requests) settle(l *line) {
	if n := r.lanes[l.Observation.Conn]; n != nil && len(n.messages) > 0 && n.messages[0].line == l {
		n.bind(r.byID)
	}
}

func (r *requests) ask(id string, seq, index int) *asked {
	a := &asked{id: id, seq: seq}
	switch n := len(r.free); {
	case n > 0:
		a.name, r.free = r.free[n-1], r.free[:n-1]
	case index > 0:
		a.name = fmt.Sprintf("req_%d_%d", seq, index+1)
	default:
		a.name = fmt.Sprintf("req_%d", seq)
	}
	r.byID[id] = a
	r.order = append(r.order, a)
	return a
}

// forget drops the requests up to the observation seq.
func (r *requests) forget(seq int) {
	n := 0
	for ; n < len(r.order) && r.order[n].seq <= seq; n++ {
		a := r.order[n]
		if r.byID[a.id] == a {
			delete(r.byID, a.id)
		}
		r.free = append(r.free, a.name)
	}
	r.order = r.order[n:]
}

// lane is what the connector sent on one socket since the last line that was
// whole. A result may be split over messages anywhere (FR-1), in the middle of its
// id too.
type lane struct {
	text     strings.Builder
	messages []span
}

// span is where in a lane a message is.
type span struct {
	line     *line
	from, to int
}

func (n *lane) add(l *line) {
	from := n.text.Len()
	n.text.Write(l.Observation.Data)
	n.messages = append(n.messages, span{l, from, n.text.Len()})
}

// maxLane bounds what is held of lines without an end.
const maxLane = 1 << 20

// whole says whether the last line has its end.
func (n *lane) whole() bool {
	data := n.messages[len(n.messages)-1].line.Observation.Data
	return len(data) > 0 && data[len(data)-1] == '\n' || n.text.Len() > maxLane
}

// bind writes the messages in which an id was replaced, and empties the lane.
func (n *lane) bind(known map[string]*asked) {
	all := n.text.String()
	ids := requestID.FindAllStringSubmatchIndex(all, -1)
	began := 0 // the message in which the id at hand begins
	for _, m := range n.messages {
		var b strings.Builder
		at := m.from
		for len(ids) > 0 && ids[0][2] < m.to {
			from, to := ids[0][2], ids[0][3]
			if from >= m.from {
				began = m.line.Observation.Seq
			}
			request := known[all[from:to]]
			if request != nil && request.seq < began {
				if request.answered == 0 {
					request.answered = m.line.Observation.Seq
				}
				b.WriteString(match.Literal(all[at:max(at, from)]))
				if from >= m.from {
					b.WriteString("${" + request.name + "}")
				}
				at = min(to, m.to)
			}
			if to > m.to {
				break // the id goes on in the next message
			}
			ids = ids[1:]
		}
		if at > m.from {
			b.WriteString(match.Literal(all[at:m.to]))
			m.line.bound, m.line.answers = b.String(), true
		}
	}
	n.text.Reset()
	n.messages = nil
}
