package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
)

// loaded is one file, as a scenario or with what is wrong with it.
type loaded struct {
	source
	scenario *scenario.Scenario // nil where there are problems
	before   *scenario.Scenario // what stands before the problem that ended the reading of a recording
	problems []problem
	warnings []string
}

// problem is something wrong in a file. at is file, file:line or
// file:line:col.
type problem struct{ at, text string }

func (p problem) String() string { return p.at + ": " + p.text }

// load loads all files, several at a time, in their order.
func load(sources []source) []loaded {
	files := make([]loaded, len(sources))
	next := make(chan int, len(sources))
	for i := range sources {
		next <- i
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(sources)) {
		wg.Go(func() {
			for {
				select {
				case i := <-next:
					files[i] = loadOne(sources[i])
				default:
					return
				}
			}
		})
	}
	wg.Wait()
	return files
}

func loadOne(s source) loaded {
	l := loaded{source: s}
	var err error
	if s.lone {
		l.problems = []problem{{s.name, "there is no " + recordingOf(s.name) + " that it could be about: rename it or take it away"}}
		return l
	}
	if s.recorded() {
		l.scenario, l.warnings, err = loadRecording(s)
	} else {
		l.scenario, err = loadScenario(s)
	}
	if err != nil {
		l.scenario, l.before = nil, l.scenario
		l.problems = problemsOf(s.name, err)
	}
	return l
}

func loadScenario(s source) (*scenario.Scenario, error) {
	if s.fsys == nil {
		return scenario.LoadFile(nil, s.path)
	}
	data, err := fs.ReadFile(s.fsys, s.path)
	if err != nil {
		return nil, err
	}
	return scenario.Load(s.name, data)
}

func loadRecording(s source) (_ *scenario.Scenario, warnings []string, err error) {
	deviations, err := loadDeviations(s)
	if err != nil {
		return nil, nil, err
	}
	compiled, list, err := replay.Compile(s.openFile, s.name, deviations)
	for _, w := range list {
		warnings = append(warnings, w.Error())
	}
	return compiled, warnings, err
}

// loadDeviations reads the file of deviations beside a recording, if there is one.
func loadDeviations(s source) ([]replay.Deviation, error) {
	s.name, s.path = replay.DeviationsOf(s.name), replay.DeviationsOf(s.path)
	f, err := s.openFile()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []replay.Deviation
	if err == nil {
		defer f.Close()
		list, err = replay.ReadDeviations(f, s.name)
	}
	if wrong := (scenario.Errors)(nil); err != nil && !errors.As(err, &wrong) {
		return nil, scenario.Errors{{Pos: scenario.Pos{File: s.name}, Text: reason(err).Error()}}
	}
	return list, err
}

func (s source) openFile() (io.ReadCloser, error) {
	if s.fsys != nil {
		return s.fsys.Open(s.path)
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not an ordinary file") // opening a pipe would wait for ever
	}
	return os.Open(s.path)
}

// problemsOf takes an error apart into what is wrong at which place.
func problemsOf(file string, err error) []problem {
	var inScenario scenario.Errors
	var inRecording *recording.Problem
	switch {
	case errors.As(err, &inScenario):
		var list []problem
		for _, p := range inScenario {
			text := p.Text
			if p.Path != "" {
				text = p.Path + ": " + text
			}
			list = append(list, problem{p.Pos.String(), text})
		}
		return list
	case errors.As(err, &inRecording):
		return []problem{{fmt.Sprintf("%s:%d", inRecording.File, inRecording.Line), inRecording.Text}}
	}
	return []problem{{file, reason(err).Error()}}
}
