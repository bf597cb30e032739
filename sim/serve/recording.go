package serve

import (
	"errors"

	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/redact"
)

// ErrRecording says that there is a recording already, and one is made at a time.
var ErrRecording = errors.New("it is being recorded already")

// StartRecording records in a file from now on, secrets cut out. A file that is
// there already is replaced only where force is set.
func (s *Server) StartRecording(path string, force bool) error {
	s.recording.Lock()
	defer s.recording.Unlock()
	if s.file != nil {
		return ErrRecording
	}
	redactor, err := redact.New(redact.Options{Known: s.secrets})
	if err != nil {
		return err
	}
	file, err := record.Create(path, force)
	if err != nil {
		return err
	}
	rec, err := record.NewRecorder(file, record.RecorderOptions{Header: s.Header(), Redactor: redactor})
	if err != nil {
		return errors.Join(err, file.Close())
	}
	s.file = file
	s.journal.record(rec)
	return nil
}

// StopRecording completes the file, if there is a recording, and says which; else
// it is "". The sockets stay up.
func (s *Server) StopRecording() (path string, err error) {
	return s.endRecording((*record.Recorder).Cut)
}

func (s *Server) endRecording(end func(*record.Recorder) error) (path string, err error) {
	s.recording.Lock()
	defer s.recording.Unlock()
	if rec := s.journal.record(nil); rec != nil {
		err = end(rec)
	}
	if s.file != nil {
		path, err = s.file.Name(), errors.Join(err, s.file.Close())
	}
	s.file = nil
	return path, err
}
