package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/verdict"
)

// traceFolder is where failed runs are saved as recordings. The empty path is
// nowhere.
type traceFolder struct{ path string }

func (t traceFolder) create() error {
	if t.path == "" {
		return nil
	}
	return os.MkdirAll(t.path, 0o777)
}

// save writes the trace of a run and returns the file's path, "" for nowhere.
func (t traceFolder) save(r run, v *verdict.Result) (string, error) {
	if t.path == "" {
		return "", nil
	}
	path := filepath.Join(t.path, traceName(r))
	f, err := createFile(path)
	if err != nil {
		return "", err
	}
	if err := writeTrace(f, r, v); err != nil {
		f.discard()
		return "", err
	}
	return path, f.commit()
}

// writeTrace writes a run down without the secrets that a half under test has
// let slip. Its clock is virtual, so the end of a line may be days away.
func writeTrace(f *newFile, r run, v *verdict.Result) error {
	secrets, err := redact.New(redact.Options{Patience: math.MaxInt64})
	if err != nil {
		return err
	}
	w, err := recording.NewWriter(secrets.Gate(f), recording.Header{
		Title:           r.name(),
		About:           "Saved by relaysim simulate from " + r.source.name + ", which " + v.Outcome.String() + ".",
		Gateway:         cmp.Or(r.target(), "relaysim"),
		Connector:       "relaysim",
		ContractVersion: 1,
		Revision:        r.revision.Name,
		Config:          replay.ConfigOf(r.scenario),
	})
	if err != nil {
		return err
	}
	for _, o := range v.Trace {
		if err := writeAll(w, secrets.Observation(o)); err != nil {
			return err
		}
	}
	if err := writeAll(w, secrets.Flush()); err != nil {
		return err
	}
	if v.Outcome != verdict.Passed { // it ends where the run did
		return w.Cut()
	}
	return w.Close()
}

// traceName is the source's path in one word, its revision and its round.
func traceName(r run) string {
	name := strings.TrimSuffix(filepath.ToSlash(filepath.Clean(r.source.name)), filepath.Ext(r.source.name))
	name = strings.NewReplacer("../", "", "/", "-", ":", "").Replace(name)
	name = strings.Trim(strings.TrimSuffix(name, r.revision.Name), "-") + "-" + r.revision.Name
	if r.on != nil {
		name += "-" + strings.NewReplacer("/", "-", `\`, "-").Replace(r.on.Name)
	}
	if r.round > 0 {
		name += fmt.Sprintf("-round-%d", r.round)
	}
	return name + ".jsonl"
}
