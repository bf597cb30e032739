package main

import (
	"bytes"
	"context"
	"io"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/replay"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// reenacted is a recording that does not tell everything, of the wire alone or cut
// short, as a recording of its replay, which does. It is nil where the replay does
// not pass, or is too long to be kept.
func reenacted(ctx context.Context, st stage, s *scenario.Scenario) *scenario.Scenario {
	rev, err := wire.ParseRevision(s.Revisions[0])
	if err != nil || s.Tape() != nil {
		return nil
	}
	v := st.Run(ctx, s, rev, play.Options{Timeout: tryFor})
	if v.Outcome != verdict.Passed {
		return nil
	}
	var file bytes.Buffer
	w, err := recording.NewWriter(&file, recording.Header{
		Title: s.Name, About: s.About, ContractVersion: 1, Revision: rev.Name, Config: replay.ConfigOf(s),
	})
	if err == nil {
		err = writeAll(w, v.Trace)
	}
	if err == nil {
		err = w.Close()
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file.Bytes())), nil }
	if err != nil {
		return nil
	}
	again, _, err := replay.Compile(open, s.Pos.File, nil)
	if err != nil { // what was played is not what a recording can say
		return nil
	}
	return again
}
