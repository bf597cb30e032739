package session

import "slices"

// What is remembered of transcripts has an end: those of a store without a
// Keeper, and the lines that wait for a Keeper that fails.

const (
	// maxBytes bounds the bytes of all transcripts of a generation, and of the
	// lines that wait for a Keeper.
	maxBytes = 32 << 20
	// maxOfOne bounds the bytes of one transcript.
	maxOfOne = maxBytes / 8
	// messageOverhead is what a message holds beside its text, in bytes, roughly.
	messageOverhead = 128
)

func (m *Message) size() int { return len(m.Text) + len(m.MessageID) + messageOverhead }

// transcripts remembers what was said in two generations of at most maxBytes
// each: when the young one is full it becomes the old one, and what the old one
// held is forgotten, unless something was said in its session since. The zero
// value is empty.
type transcripts struct {
	young, old map[string]*remembered // by session id
	size       int                    // bytes of the young ones
}

type remembered struct {
	list []Message
	size int // bytes
}

// of is the transcript of a session, which may be empty.
func (t *transcripts) of(id string) *remembered {
	for _, r := range []*remembered{t.young[id], t.old[id]} {
		if r != nil {
			return r
		}
	}
	return &remembered{}
}

// append takes in one more line.
func (t *transcripts) append(id string, m Message) {
	r := t.of(id)
	if t.young[id] != nil {
		t.size -= r.size
	}
	r.append(m)
	if t.young == nil {
		t.young = map[string]*remembered{}
	}
	delete(t.old, id)
	t.young[id] = r
	if t.size += r.size; t.size > maxBytes {
		t.old, t.young, t.size = t.young, nil, 0
	}
}

// append takes in one more line. A transcript that has grown too long loses its
// older half.
func (r *remembered) append(m Message) {
	n := len(r.list)
	r.list = appendTo(r.list, m)
	for i := range r.list[n:] {
		r.size += r.list[n+i].size()
	}
	for half := len(r.list) / 2; r.size > maxOfOne && half > 0; half = len(r.list) / 2 {
		for i := range r.list[:half] {
			r.size -= r.list[i].size()
		}
		r.list = slices.Clone(r.list[half:])
	}
}

func (t *transcripts) forget(id string) {
	if r := t.young[id]; r != nil {
		t.size -= r.size
	}
	delete(t.young, id)
	delete(t.old, id)
}

// latest forgets the oldest lines of more than maxBytes.
func latest(lines []line) []line {
	size := 0
	for i := len(lines) - 1; i >= 0; i-- {
		if size += lines[i].message.size(); size > maxBytes {
			return slices.Clone(lines[i+1:])
		}
	}
	return lines
}
