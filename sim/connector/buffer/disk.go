package buffer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/relaysim/relaysim/gateway/dirlock"
)

// Disk is a Buffers that survives its process, however that ends: what Append or
// Remove has returned for is on disk in the sense that another process reads it.
// It does not wait for the disk itself, so a machine that loses its power may
// lose the last seconds.
//
// The file is a journal, one JSON object a line, that is written anew when most
// of it is about entries that are gone. Make one with OpenDisk.
type Disk struct {
	path string
	lock *dirlock.Lock

	mu      sync.Mutex
	memory  *Memory  // what the journal says
	file    *os.File // nil after Close
	written int64    // bytes of whole lines in file
	useful  int64    // about as many would be written anew
	broken  error    // the file ends in half a line that cannot be taken back
}

// record is one line of the journal.
type record struct {
	Op       string          `json:"op"`
	Last     int             `json:"last,omitempty"` // begin
	ID       string          `json:"id,omitempty"`
	Tenant   string          `json:"tenant,omitempty"`
	Instance string          `json:"instance,omitempty"`
	Flipped  bool            `json:"flipped,omitempty"`
	Frame    json.RawMessage `json:"frame,omitempty"` // append; without its newline
}

// The ops of a journal.
const (
	opBegin  = "begin"  // the number of the last entry there was
	opAppend = "append" // an entry waits
	opRemove = "remove" // it has been acknowledged
	opFlip   = "flip"
	opForget = "forget"
)

const (
	journalName = "buffer.jsonl"
	// slack is how much of a journal may be of no use before it is written anew,
	// in bytes, beside as much as is of use.
	slack = 1 << 20
)

// OpenDisk opens the buffers in a directory, which is made where it is missing.
// A last line that was not finished is dropped: nobody was told of it. A line
// elsewhere that cannot be read is skipped, the file is kept beside the new one
// under the name that setAside says, and err is nil: the lines that are good are
// worth more. One Disk at a time has a directory, until Close or the end of its
// process.
func OpenDisk(dir string, l Limits) (d *Disk, setAside string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", fmt.Errorf("buffer: %w", err)
	}
	lock, err := dirlock.Take(dir)
	if err != nil {
		return nil, "", fmt.Errorf("buffer: %w", err)
	}
	d = &Disk{path: filepath.Join(dir, journalName), lock: lock, memory: NewMemory(l)}
	if setAside, err = d.open(); err != nil {
		return nil, setAside, errors.Join(fmt.Errorf("buffer: %w", err), lock.Release())
	}
	return d, setAside, nil
}

// open reads the journal and begins a new one.
func (d *Disk) open() (setAside string, err error) {
	bad, err := d.load()
	if err != nil {
		return "", err
	}
	if bad {
		setAside = d.path + ".corrupt"
		if err := os.Rename(d.path, setAside); err != nil {
			return "", err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return setAside, d.rewrite()
}

// load reads the journal, and says whether a line of it is bad.
func (d *Disk) load() (bad bool, err error) {
	f, err := os.Open(d.path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return bad, nil // what is left is no line
		}
		if err != nil {
			return false, err
		}
		var rec record
		if json.Unmarshal(line, &rec) != nil || !d.memory.replay(&rec) {
			bad = true
		}
	}
}

// replay does what a line of the journal says, and says whether it could.
func (m *Memory) replay(r *record) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	of := Name{r.Tenant, r.Instance}
	switch r.Op {
	case opBegin:
		m.last = max(m.last, r.Last)
	case opAppend:
		n, ok := Number(r.ID)
		if !ok || r.Frame == nil {
			return false
		}
		m.last = max(m.last, n)
		m.use(of).append(Entry{ID: r.ID, Frame: append(bytes.Clone(r.Frame), '\n')})
	case opRemove:
		m.use(of).remove(r.ID)
	case opFlip:
		m.use(of).flipped = r.Flipped
	case opForget:
		delete(m.instances, of)
	default:
		return false
	}
	return true
}

// Append implements Buffers.
func (d *Disk) Append(of Name, frame []byte) (Entry, State, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, state, err := d.memory.Append(of, frame)
	if err != nil {
		return e, state, err
	}
	if err := d.write(appendRecord(nil, of, e)); err != nil {
		_, _ = d.memory.Remove(of, e.ID) // in memory nothing fails
		return Entry{}, state, err
	}
	d.useful += int64(len(frame))
	return e, state, nil
}

// Remove implements Buffers. An entry that cannot be taken out of the file is
// out of memory all the same: it comes again after a restart, and not before.
func (d *Disk) Remove(of Name, id string) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, _, _ := d.memory.First(of)
	found, _ := d.memory.Remove(of, id)
	if !found {
		return false, nil
	}
	d.useful -= int64(len(e.Frame)) // nearly always it is the first
	return true, d.log(&record{Op: opRemove, Tenant: of.Tenant, Instance: of.Instance, ID: id})
}

// Flip implements Buffers.
func (d *Disk) Flip(of Name, flipped bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if state, _ := d.memory.State(of); state.Flipped == flipped {
		return nil
	}
	_ = d.memory.Flip(of, flipped)
	return d.log(&record{Op: opFlip, Tenant: of.Tenant, Instance: of.Instance, Flipped: flipped})
}

// Forget implements Buffers.
func (d *Disk) Forget(of Name) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.memory.Forget(of)
	return d.log(&record{Op: opForget, Tenant: of.Tenant, Instance: of.Instance})
}

// First implements Buffers.
func (d *Disk) First(of Name) (Entry, bool, error) { return d.memory.First(of) }

// List implements Buffers.
func (d *Disk) List(of Name) ([]Entry, error) { return d.memory.List(of) }

// State implements Buffers.
func (d *Disk) State(of Name) (State, error) { return d.memory.State(of) }

// Close closes the file. What is asked of d afterwards fails.
func (d *Disk) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = os.ErrClosed
	return errors.Join(d.file.Close(), d.lock.Release())
}

// appendRecord appends an append's line. The frame is spliced in as it is.
func appendRecord(b []byte, of Name, e Entry) []byte {
	head, _ := json.Marshal(&record{Op: opAppend, ID: e.ID, Tenant: of.Tenant, Instance: of.Instance}) // texts
	b = append(b, head[:len(head)-1]...)
	b = append(b, `,"frame":`...)
	b = append(b, bytes.TrimSuffix(e.Frame, []byte("\n"))...)
	return append(b, "}\n"...)
}

func appendLine(b []byte, r *record) []byte {
	line, _ := json.Marshal(r) // texts and numbers
	return append(append(b, line...), '\n')
}

func (d *Disk) log(r *record) error { return d.write(appendLine(nil, r)) }

// write appends a line to the journal, whole or not at all. The lock is held.
func (d *Disk) write(line []byte) error {
	if d.broken != nil {
		return fmt.Errorf("buffer: %w", d.broken)
	}
	if _, err := d.file.Write(line); err != nil {
		// The next line must not stand behind half of this one.
		if undo := d.file.Truncate(d.written); undo != nil {
			d.broken = undo
		}
		return fmt.Errorf("buffer: %w", err)
	}
	d.written += int64(len(line))
	if d.written > 2*d.useful+slack {
		// A journal that cannot be written anew goes on growing: nothing is lost.
		_ = d.rewrite()
	}
	return nil
}

// rewrite replaces the journal by one that says only what still holds. It is
// written beside it and takes its name when it is whole. The lock is held.
func (d *Disk) rewrite() error {
	b := d.memory.journal()
	beside := d.path + ".new"
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(b); err == nil {
		err = os.Rename(beside, d.path)
	}
	if err != nil {
		f.Close()
		return err
	}
	if d.file != nil {
		d.file.Close()
	}
	d.file, d.written, d.useful = f, int64(len(b)), int64(len(b))
	return nil
}

// journal is the shortest journal of what m holds, in the order of the names.
func (m *Memory) journal() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := appendLine(nil, &record{Op: opBegin, Last: m.last})
	for _, of := range m.names() {
		q := m.instances[of]
		if q.flipped {
			b = appendLine(b, &record{Op: opFlip, Tenant: of.Tenant, Instance: of.Instance, Flipped: true})
		}
		for _, e := range q.entries {
			b = appendRecord(b, of, e)
		}
	}
	return b
}
