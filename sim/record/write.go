package record

import (
	"runtime"

	"github.com/relaysim/relaysim/sim/trace"
)

// run writes what is in line until there is nothing more to come, and then the
// end line.
func (r *Recorder) run() {
	defer close(r.done)
	for range r.wake {
		for more := true; more; {
			q, over := r.take()
			if !r.write(&q) {
				return
			}
			if over {
				r.finish()
				return
			}
			more = len(q.list) > 0
			r.give(q)
			// When there is much to do, more of it is written in one go if the
			// sessions go on first.
			runtime.Gosched()
		}
	}
}

// take empties the queue.
func (r *Recorder) take() (q queue, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q, r.queue, r.spare = r.queue, r.spare, queue{}
	if r.room != nil {
		close(r.room)
		r.room = nil
	}
	return q, r.over
}

// give takes the memory of a queue back, unless the redactor holds on to it.
func (r *Recorder) give(q queue) {
	if r.held == 0 {
		q.reset()
		r.spare = q
	}
}

// write writes what was in line, and says whether more may follow.
func (r *Recorder) write(q *queue) bool {
	data := q.data
	for i := range q.list {
		e := &q.list[i]
		if !r.line(e, data[:e.size:e.size]) {
			return false
		}
		data = data[e.size:]
		if r.maxSize > 0 && r.lines.size.Load() >= r.maxSize {
			r.end(ErrMaxSize)
			r.finish()
			return false
		}
	}
	return r.succeeded(r.lines.flush())
}

// line writes the line of an entry, or whatever the redactor gives in its place.
func (r *Recorder) line(e *entry, data []byte) bool {
	if r.redactor == nil {
		return r.succeeded(r.w.Write(e.observation(r.one, data)))
	}
	list := r.redactor.Observation(e.observation(r.one, data))
	if r.held += 1 - len(list); r.held > 0 {
		r.one = new(trace.Observation)
	}
	return r.lineEach(list)
}

func (r *Recorder) lineEach(list []*trace.Observation) bool {
	for _, o := range list {
		if !r.succeeded(r.w.Write(o)) {
			return false
		}
	}
	return true
}

// observation is what the entry stands for; o has room for it.
func (e *entry) observation(o *trace.Observation, data []byte) *trace.Observation {
	if e.whole != nil {
		return e.whole
	}
	*o = trace.Observation{
		Seq: e.seq, At: e.at, Kind: trace.Frame, Conn: e.conn, Peer: e.peer, From: e.from, Data: data, Binary: e.binary,
	}
	return o
}

// goesOn says whether the sessions go on after the recording.
func (r *Recorder) goesOn() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cut || r.why != nil // a bound was reached
}

// finish writes what was held back and the end line.
func (r *Recorder) finish() {
	if r.redactor != nil && !r.lineEach(r.redactor.Flush()) {
		return
	}
	end := r.w.Close
	if r.goesOn() {
		end = r.w.Cut
	}
	if r.succeeded(end()) {
		r.succeeded(r.lines.flush())
	}
}

// succeeded ends the recording when there was an error, also one that was about
// to end well. What was written before the error stays.
func (r *Recorder) succeeded(err error) bool {
	if err == nil {
		return true
	}
	_ = r.lines.flush()
	r.mu.Lock()
	again := r.over
	r.over, r.why = true, err
	if r.room != nil {
		close(r.room)
		r.room = nil
	}
	r.mu.Unlock()
	if !again {
		r.tell(err)
	}
	return false
}
