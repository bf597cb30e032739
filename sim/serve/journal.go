package serve

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/trace"
)

// What the journal keeps: so many entries, and so many bytes of messages.
const (
	maxEntries = 20_000
	maxBytes   = 16 << 20
	// maxSecrets is how many secrets one redactor may find before a fresh one
	// takes its place.
	maxSecrets = 1000
	// maxBatch is how many entries are handed out in one go.
	maxBatch = 512
)

// entry is one thing of the journal: an observation, or a change of a chat.
type entry struct {
	index    int // from 1, without gaps
	observed *trace.Observation
	shown    *connector.Shown
}

func (e *entry) bytes() int {
	if e.shown != nil {
		return len(e.shown.Message.Text)
	}
	return len(e.observed.Data)
}

// journal is the trace of a connector that stays up: it forgets its oldest
// entries, and holds no secret. A recorder, while there is one, gets everything.
// Any goroutine may use it.
type journal struct {
	start  time.Time
	known  []string // secrets; Fixed after newJournal.
	mu     sync.Mutex
	seq    int              // Guarded by mu, as is all below.
	redact *redact.Redactor //
	framer trace.Framer
	list   []entry // the newest last
	last   int     // index of the newest
	bytes  int
	more   chan struct{}    // closed when there is something new
	rec    *record.Recorder // nil: nothing is recorded
	greet  greetings
}

func newJournal(known []string) (*journal, error) {
	j := &journal{start: time.Now(), known: known, more: make(chan struct{}), greet: greetings{}}
	var err error
	j.redact, err = redact.New(redact.Options{Known: known})
	return j, err
}

// Add is the connector's way to write.
func (j *journal) Add(o *trace.Observation) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.rec != nil {
		own := *o
		j.rec.Add(&own) // it cuts secrets on its own account
	}
	j.seq++
	o.Seq, o.At = j.seq, time.Since(j.start).Truncate(time.Microsecond)
	j.greet.add(o)
	for _, o := range j.redact.Observation(o) {
		j.framer.Frame(o)
		j.append(entry{observed: o})
	}
	j.freshen()
}

// shown is the connector's way to tell what users see.
func (j *journal) shown(s connector.Shown) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s.Message = j.cut(s.Message)
	j.append(entry{shown: &s})
}

// cut is a message without secrets. The lock is held.
func (j *journal) cut(m connector.MessageView) connector.MessageView {
	for _, text := range []*string{&m.ID, &m.From, &m.Name, &m.Text, &m.ReplyTo, &m.ThreadID, &m.MediaURL} {
		*text = j.redact.Text(*text)
	}
	return m
}

// chat is what a user sees, without secrets.
func (j *journal) chat(v connector.ChatView) connector.ChatView {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range v.Messages {
		v.Messages[i] = j.cut(v.Messages[i])
	}
	return v
}

// append keeps an entry and forgets others for it. The lock is held.
func (j *journal) append(e entry) {
	j.last++
	e.index = j.last
	j.list = append(j.list, e)
	j.bytes += e.bytes()
	for len(j.list) > maxEntries || j.bytes > maxBytes && len(j.list) > 1 {
		j.bytes -= j.list[0].bytes()
		j.list[0] = entry{} // else it stays until the list is copied
		j.list = j.list[1:]
	}
	close(j.more)
	j.more = make(chan struct{})
}

// freshen forgets the secrets that were found, when they are many, but not what
// is known. The lock is held.
func (j *journal) freshen() {
	found := 0
	for _, c := range j.redact.Counts() {
		found += c.Secrets
	}
	if found < maxSecrets {
		return
	}
	for _, o := range j.redact.Flush() {
		j.framer.Frame(o)
		j.append(entry{observed: o})
	}
	j.redact, _ = redact.New(redact.Options{Known: j.known}) // it has no pattern that could be wrong
}

// since returns the entries after an index, oldest first, and how many of them
// are forgotten. more is closed when there are others.
func (j *journal) since(index int) (list []entry, forgotten int, more <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := j.last - len(j.list) // index before the oldest
	if index < first {
		forgotten, index = first-index, first
	}
	at := min(index-first, len(j.list))
	return slices.Clone(j.list[at:min(at+maxBatch, len(j.list))]), forgotten, j.more
}

// end is the index of the newest entry.
func (j *journal) end() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// follow calls visit with what comes after an index until visit is false or ctx
// ends. Who is too slow misses what is forgotten meanwhile, and is told how much.
func (j *journal) follow(ctx context.Context, after int, visit func(list []entry, forgotten int) bool) {
	for {
		list, forgotten, more := j.since(after)
		after += forgotten + len(list)
		if (len(list) > 0 || forgotten > 0) && !visit(list, forgotten) {
			return
		}
		if len(list) > 0 {
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
			return
		}
	}
}

// record gives everything from now on to r, and before that how the sockets began
// that are up; to nobody if it is nil. It returns who had it before.
func (j *journal) record(r *record.Recorder) *record.Recorder {
	j.mu.Lock()
	defer j.mu.Unlock()
	before := j.rec
	j.rec = r
	if r != nil {
		for _, o := range j.greet.list() {
			own := *o
			r.Add(&own)
		}
	}
	return before
}

// flush lets out what the redactor holds back: nothing more will come.
func (j *journal) flush() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, o := range j.redact.Flush() {
		j.framer.Frame(o)
		j.append(entry{observed: o})
	}
}
