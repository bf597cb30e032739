package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/relaysim/relaysim/gateway/dirlock"
)

// Disk is a Keeper in a folder of its own: one JSON file for the sessions, one
// file of lines for each transcript, and the marker of a clean stop. The
// sessions are written to a temporary file that then takes the other's name, so
// that whoever reads finds the old or the new ones, whole (SES-7). One life at a
// time has the folder, from Load to Release: two that wrote there would each lose
// what the other has kept.
//
// A turn is kept when it begins, so that the next life knows what a crash cut
// short (SES-8, SES-9), and when it ends. Each time all sessions are written: the
// cost of a turn grows with their number; BenchmarkTurnOnDisk shows it.
type Disk struct {
	folder string
	lock   *dirlock.Lock // nil while somebody else may have it
}

// SessionsFile is the file of a Disk's folder that holds the sessions.
const SessionsFile = "sessions.json"

// The others.
const (
	temporaryFile = "sessions.json.tmp"
	markerFile    = "clean-shutdown"
	transcriptDir = "transcripts"
)

// NewDisk returns a Keeper in that folder, which it makes if there is none.
func NewDisk(folder string) (*Disk, error) {
	if err := os.MkdirAll(filepath.Join(folder, transcriptDir), 0o700); err != nil {
		return nil, fmt.Errorf("session store: %w", err)
	}
	return &Disk{folder: folder}, nil
}

func (d *Disk) path(name string) string { return filepath.Join(d.folder, name) }

// format is the version of the sessions file that this code writes and reads.
const format = 1

type diskFile struct {
	Format int `json:"format"`
	Kept
}

// Load takes the folder, or says that somebody else has it, and reads the
// sessions file.
func (d *Disk) Load() (k Kept, clean bool, err error) {
	if d.lock, err = dirlock.Take(d.folder); err != nil {
		return Kept{}, false, fmt.Errorf("sessions: %w", err)
	}
	k, clean, err = d.load()
	var aside *SetAsideError
	if err != nil && !errors.As(err, &aside) {
		err = errors.Join(err, d.Release())
	}
	return k, clean, err
}

// Release lets another process have the folder.
func (d *Disk) Release() error {
	if d.lock == nil {
		return nil
	}
	l := d.lock
	d.lock = nil
	return l.Release()
}

// load reads the sessions file. One of a later format is an error: to set it
// aside would lose what a later program can still read.
func (d *Disk) load() (k Kept, clean bool, err error) {
	clean, err = d.takeMarker()
	if err != nil {
		return Kept{}, false, err
	}
	raw, err := os.ReadFile(d.path(SessionsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Kept{}, clean, nil
	}
	if err != nil {
		return Kept{}, false, err
	}
	f, err := decodeFile(raw)
	var later *laterFormatError
	switch {
	case errors.As(err, &later):
		return Kept{}, false, fmt.Errorf("%s: %w", d.path(SessionsFile), err)
	case err != nil:
		return Kept{}, false, d.setAside(err)
	}
	return f.Kept, clean, nil
}

// takeMarker removes the marker before anything else: if what follows is cut
// short, the next start must not take it for a clean stop.
func (d *Disk) takeMarker() (found bool, err error) {
	err = os.Remove(d.path(markerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// MarkClean leaves the marker.
func (d *Disk) MarkClean() error { return os.WriteFile(d.path(markerFile), nil, 0o600) }

// setAside moves the sessions file out of the way, under a name that no file has.
func (d *Disk) setAside(why error) error {
	for n := 1; ; n++ {
		kept := d.path(SessionsFile + ".corrupt-" + strconv.Itoa(n))
		if _, err := os.Lstat(kept); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := os.Rename(d.path(SessionsFile), kept); err != nil {
			return err
		}
		return &SetAsideError{d.path(SessionsFile), kept, why}
	}
}

type laterFormatError struct{ found int }

func (e *laterFormatError) Error() string {
	return fmt.Sprintf("sessions of format %d, this program reads %d", e.found, format)
}

// decodeFile reads a sessions file whole, or not at all.
func decodeFile(raw []byte) (*diskFile, error) {
	var head struct{ Format int }
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	if head.Format > format {
		return nil, &laterFormatError{head.Format}
	}
	if head.Format < 1 {
		return nil, fmt.Errorf("format %d", head.Format)
	}
	var f diskFile
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, err
	}
	return &f, f.check()
}

// idForm is what the id of a session looks like (SES-1). It names a file, so
// nothing else may be one.
var idForm = regexp.MustCompile(`^\d{8}_\d{6}_[0-9a-f]{8}$`)

// check says what is wrong with the content: a key or an id twice, or none.
func (f *diskFile) check() error {
	ids, keys := map[string]bool{}, map[string]bool{}
	id := func(id string) error {
		if !idForm.MatchString(id) {
			return fmt.Errorf("%q is not the id of a session (SES-1)", id)
		}
		if ids[id] {
			return fmt.Errorf("session %s is there twice", id)
		}
		ids[id] = true
		return nil
	}
	for i := range f.Entries {
		e := &f.Entries[i]
		if e.Key == "" || keys[e.Key] {
			return fmt.Errorf("key %q is empty or there twice", e.Key)
		}
		keys[e.Key] = true
		if err := id(e.ID); err != nil {
			return err
		}
	}
	for i := range f.Past {
		if err := id(f.Past[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// Save replaces the sessions file.
func (d *Disk) Save(k Kept) error {
	raw, err := json.Marshal(diskFile{format, k})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(d.path(temporaryFile), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(raw, '\n'))
	if err == nil {
		err = f.Sync() // or the name could outlive a loss of power, and the bytes not
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(d.path(temporaryFile), d.path(SessionsFile))
}
