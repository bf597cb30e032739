package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	sessions "github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/record"
	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/spell"
)

// session is one run of record: its file, its proxy and what is said of them.
type session struct {
	p         program
	flags     recordFlags
	connector string // its base URL
	file      *os.File
	redactor  *redact.Redactor
	recorder  *record.Recorder
	proxy     *record.Proxy
	status    *statusLine
	endOwn    func() // ends relaysim's own gateway

	// Owned by the status: when it was drawn last, and the messages by then.
	looked time.Duration
	seen   int64
}

// startSession checks everything that can be wrong before a file is made.
func startSession(ctx context.Context, p program, flags recordFlags, own *record.OwnOptions, endOwn func()) (_ *session, err error) {
	s := &session{p: p, flags: flags, status: newStatusLine(p), endOwn: endOwn}
	base, trust, err := connectorAt(flags.connector, flags.ca, flags.insecure)
	if err != nil {
		return nil, err
	}
	s.connector = base.String()
	options := redact.Options{Patterns: flags.redact, Fields: flags.redactFields, Users: flags.redactUsers}
	if own != nil && own.Env.Secret != "" {
		options.Known = []string{own.Env.Secret}
	}
	if s.redactor, err = redact.New(options); err != nil {
		return nil, fmt.Errorf("--redact: %w", err)
	}
	if flags.insecure {
		fmt.Fprintln(p.stderr, "--insecure: the connector's certificate is not checked, so anybody may stand in its place")
	}
	if own != nil { // a gateway that dials us may come later, and so may its connector
		if err := unreachable(flags.connector, record.Reach(ctx, base, trust)); err != nil {
			return nil, err
		}
	}
	if s.file, err = record.Create(flags.out, flags.force); err != nil {
		return nil, fmt.Errorf("--out: %w", withForce(err))
	}
	s.recorder, err = record.NewRecorder(s.file, record.RecorderOptions{
		Header: s.header(own), Redactor: s.redactor, MaxSize: int64(flags.maxSize), MaxDuration: flags.maxDuration, Ended: s.ended,
	})
	if err != nil {
		s.file.Close()
		return nil, fmt.Errorf("--out: %s: %w", flags.out, reason(err))
	}
	s.proxy = record.NewProxy(record.ProxyOptions{
		Connector: base, TLS: trust, Recorder: s.recorder, Notice: func(text string) { s.tell("%s", text) },
	})
	s.status.start(s.line)
	return s, nil
}

func (s *session) header(own *record.OwnOptions) recording.Header {
	h := recording.Header{
		Title: s.flags.title, About: "Recorded by relaysim record.", Connector: s.connector,
		ContractVersion: 1, Revision: s.flags.revision,
	}
	if own != nil {
		h.Gateway, h.Revision = "relaysim", own.Revision.Name
		h.Config = &recording.Config{}
		for _, id := range own.Env.Identities {
			h.Config.Identities = append(h.Config.Identities, recording.Identity{id.Platform, id.BotID})
		}
	}
	return h
}

// ended says that the recording ends before the sessions do.
func (s *session) ended(why error) {
	switch {
	case errors.Is(why, record.ErrMaxSize):
		s.complete(fmt.Sprintf("it has reached %s (--max-size)", s.flags.maxSize.String()))
	case errors.Is(why, record.ErrMaxDuration):
		s.complete(fmt.Sprintf("%s are over (--max-duration)", s.flags.maxDuration))
	default:
		s.tell("%s is not complete: %v; sessions go on until Ctrl-C", s.flags.out, why)
	}
}

// complete says why there is no more to record. A gateway of somebody else's goes
// on with its session; relaysim's own was there for the recording only.
func (s *session) complete(why string) {
	if s.flags.agent == "" {
		why += "; sessions go on until Ctrl-C"
	}
	s.tell("the recording is complete: %s", why)
	if s.flags.agent != "" {
		s.endOwn()
	}
}

// end closes the recording and sums up. served is how serving ended.
func (s *session) end(served error) error {
	err := s.recorder.Close()
	if closed := s.file.Close(); err == nil {
		err = closed
	}
	s.status.stop()
	_, sockets := s.proxy.Sockets()
	fmt.Fprintf(s.p.stdout, "%s: %s, %s, %s%s\n", s.flags.out, count(int(sockets), "socket"),
		count(int(s.recorder.Frames()), "message"), sizeText(s.recorder.Size()), s.cut())
	switch {
	case err != nil:
		return failure(fmt.Sprintf("%s is not complete: %v", s.flags.out, err))
	case served != nil:
		return failure(served.Error())
	}
	return nil
}

// cut says how many secrets were found that are not in the file.
func (s *session) cut() string {
	n := 0
	for _, c := range s.redactor.Counts() {
		n += c.Secrets
	}
	if n == 0 {
		return ""
	}
	return ", " + count(n, "secret") + " kept out"
}

// tell writes one line on stderr, above the status.
func (s *session) tell(format string, args ...any) {
	s.status.above(func() { fmt.Fprintf(s.p.stderr, format+"\n", args...) })
}

// line is the status.
func (s *session) line() string {
	open, total := s.proxy.Sockets()
	now, frames := s.recorder.Since(), s.recorder.Frames()
	rate := float64(frames-s.seen) / max(now-s.looked, time.Millisecond).Seconds()
	s.looked, s.seen = now, frames
	line := fmt.Sprintf("%d of %s open, %s, %.0f/s, %s", open, count(int(total), "socket"),
		count(int(frames), "message"), rate, sizeText(s.recorder.Size()))
	if over, _ := s.recorder.Over(); over {
		line += ", not recording any more"
	}
	return line
}

// ownGateway is nil without --agent.
func (f *recordFlags) ownGateway(p program) (*record.OwnOptions, error) {
	o := &record.OwnOptions{Revision: wire.R8}
	var err error
	if f.revision != "" {
		if o.Revision, err = wire.ParseRevision(f.revision); err != nil {
			return nil, fmt.Errorf("--revision: %w", err)
		}
	}
	if f.agent == "" {
		return nil, nil
	}
	if o.Rules = record.Echo(); f.agent != "echo" {
		sc, err := scenario.LoadFile(nil, f.agent)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("--agent %s: neither echo nor a file%s", f.agent, spell.DidYouMean(f.agent, []string{"echo"}))
		case err != nil:
			return nil, fmt.Errorf("--agent: %w", err)
		}
		if o.Rules, o.Vars = sc.Agent, sc.Vars; len(o.Rules) == 0 {
			return nil, fmt.Errorf("--agent: %s has no rules under agent", f.agent)
		}
	}
	lookup, err := p.variables(f.envFile)
	if err != nil {
		return nil, err
	}
	if o.Env, err = dials(p, lookup, o.Revision, f.envFile); err != nil {
		return nil, err
	}
	if f.sessions != "" {
		disk, err := sessions.NewDisk(f.sessions)
		if err != nil {
			return nil, fmt.Errorf("--sessions: %w", err)
		}
		o.Keeper = disk
	}
	return o, nil
}
