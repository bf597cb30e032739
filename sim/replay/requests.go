package replay

import (
	"regexp"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// requestID finds the id in a result. What stands between the quotes is the
// first group.
var requestID = regexp.MustCompile(`"requestId"[ \t\r]*:[ \t\r]*"([^"\\\n]+)"`)

// results are the connector's messages that name a request.
type results struct {
	bound    map[int]string // by seq, with a variable for each id
	answered map[string]int // the seq of the first result, by id
}

// bindRequests writes the messages that name a request with the variable that
// captures the replayed id in place of the recorded one. An id that no request
// before it had stays as it is, so a result that was late, double or never asked
// for is so again.
func bindRequests(t *tape) results {
	lanes := map[int]*lane{}
	var order []*lane
	known := map[string]asked{}
	for _, l := range t.lines {
		o := l.Observation
		if o.Kind != trace.Frame {
			continue
		}
		for _, f := range t.frames[o.Seq] {
			if f.id != "" {
				known[f.id] = asked{seq: o.Seq, name: f.capture}
			}
		}
		if o.From != trace.Connector {
			continue
		}
		if lanes[o.Conn] == nil {
			lanes[o.Conn] = &lane{}
			order = append(order, lanes[o.Conn])
		}
		lanes[o.Conn].add(o.Seq, o.Data)
	}
	r := results{bound: map[int]string{}, answered: map[string]int{}}
	for _, lane := range order {
		lane.bind(known, r)
	}
	return r
}

// asked is a request the gateway made: when, and the variable that holds its id.
type asked struct {
	seq  int
	name string
}

// lane is everything the connector sent on one socket. A result may be split
// over messages anywhere (FR-1), in the middle of its id too.
type lane struct {
	text     strings.Builder
	messages []span
}

// span is where in a lane a message is.
type span struct{ seq, from, to int }

func (n *lane) add(seq int, data []byte) {
	from := n.text.Len()
	n.text.Write(data)
	n.messages = append(n.messages, span{seq, from, n.text.Len()})
}

// bind writes the messages in which an id was replaced.
func (n *lane) bind(known map[string]asked, r results) {
	all := n.text.String()
	ids := requestID.FindAllStringSubmatchIndex(all, -1)
	began := 0 // the message in which the id at hand begins
	for _, m := range n.messages {
		var b strings.Builder
		at := m.from
		for len(ids) > 0 && ids[0][2] < m.to {
			from, to := ids[0][2], ids[0][3]
			if from >= m.from {
				began = m.seq
			}
			request, ok := known[all[from:to]]
			if ok && request.seq < began {
				if r.answered[all[from:to]] == 0 {
					r.answered[all[from:to]] = m.seq
				}
				b.WriteString(literal(all[at:max(at, from)]))
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
			b.WriteString(literal(all[at:m.to]))
			r.bound[m.seq] = b.String()
		}
	}
}
