package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// transcript is the file of a Disk that holds a transcript.
func (d *Disk) transcript(id string) (string, error) {
	if !idForm.MatchString(id) {
		return "", fmt.Errorf("%q is not the id of a session (SES-1)", id)
	}
	return filepath.Join(d.folder, transcriptDir, id+".jsonl"), nil
}

// Append appends lines. If the file ends in the middle of one, because the
// process ended there, they begin on a line of their own.
func (d *Disk) Append(id string, list []Message) (err error) {
	path, err := d.transcript(id)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var b bytes.Buffer
	if torn, err := endsTorn(f); err != nil {
		return err
	} else if torn {
		b.WriteByte('\n')
	}
	lines := json.NewEncoder(&b)
	for _, m := range list {
		if err := lines.Encode(m); err != nil {
			return err
		}
	}
	_, err = f.Write(b.Bytes())
	return err
}

func endsTorn(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return last[0] != '\n', err
}

// Transcript reads what Append has written. A line that is none, such as a torn
// one, is skipped and reported: what stands around it is whole.
func (d *Disk) Transcript(id string) ([]Message, error) {
	path, err := d.transcript(id)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []Message
	skipped := &SkippedError{File: path}
	number := 0
	for line := range bytes.Lines(raw) {
		number++
		var m Message
		if json.Unmarshal(line, &m) != nil || m.Role == "" {
			skipped.Lines = append(skipped.Lines, number)
			continue
		}
		list = appendTo(list, m)
	}
	if len(skipped.Lines) > 0 {
		return list, skipped
	}
	return list, nil
}

// Forget removes a transcript.
func (d *Disk) Forget(id string) error {
	path, err := d.transcript(id)
	if err != nil {
		return err
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
