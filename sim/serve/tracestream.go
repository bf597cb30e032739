package serve

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/relaysim/relaysim/sim/recording"
)

// maxReaders bounds those who read the trace at the same time.
const maxReaders = 16

// getTrace writes the trace as a recording: what is kept of it, and with follow
// what comes, until the caller goes.
func (s *Server) getTrace(w http.ResponseWriter, r *http.Request) {
	after, follow, err := traceQuery(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	defer s.readers.Add(-1)
	if s.readers.Add(1) > maxReaders {
		refuse(w, http.StatusServiceUnavailable, fmt.Sprintf("%d read the trace already: end one of them", maxReaders))
		return
	}
	w.Header().Set("Content-Type", "application/jsonl")
	out := &stream{w: w, control: http.NewResponseController(w)}
	rec, err := recording.NewWriter(out, s.Header())
	if err != nil {
		return
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	defer context.AfterFunc(s.closing, stop)()
	end := s.journal.end()
	if end == 0 && !follow {
		_ = rec.Close()
		return
	}
	s.journal.follow(ctx, 0, func(list []entry, _ int) bool {
		for _, e := range list {
			if e.observed == nil || e.observed.Seq <= after {
				continue
			}
			if rec.Write(e.observed) != nil {
				return false
			}
		}
		return out.flush() == nil && (follow || len(list) > 0 && list[len(list)-1].index < end)
	})
	if !follow || s.closing.Err() != nil {
		_ = rec.Close()
		_ = out.flush()
	}
}

func traceQuery(r *http.Request) (after int, follow bool, err error) {
	q := r.URL.Query()
	if text := q.Get("after"); text != "" {
		if after, err = strconv.Atoi(text); err != nil || after < 0 {
			return 0, false, fmt.Errorf("after=%s: want a seq", text)
		}
	}
	if text := q.Get("follow"); text != "" {
		if follow, err = strconv.ParseBool(text); err != nil {
			return 0, false, fmt.Errorf("follow=%s: want true or false", text)
		}
	}
	return after, follow, nil
}

// Header is the header of a recording of the connector.
func (s *Server) Header() recording.Header {
	h := recording.Header{
		About: "Recorded by relaysim serve.", Connector: "relaysim", ContractVersion: 1, Config: &recording.Config{},
	}
	for _, p := range s.options.Platforms {
		h.Config.Identities = append(h.Config.Identities, recording.Identity{p.Name, p.BotID})
	}
	return h
}

// stream writes an answer that goes on. One write may take answerTimeout.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) Write(b []byte) (int, error) {
	_ = s.control.SetWriteDeadline(time.Now().Add(answerTimeout))
	return s.w.Write(b)
}

func (s *stream) flush() error { return s.control.Flush() }
