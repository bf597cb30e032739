package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// script is the input of a case: operations on one store.
type script struct {
	Policy goldenPolicy
	Config struct {
		GroupsPerUser  *bool                   `json:"group_sessions_per_user"`
		ThreadsPerUser bool                    `json:"thread_sessions_per_user"`
		ByType         map[string]goldenPolicy `json:"reset_by_type"`
	}
	Ops []operation
}

type operation struct {
	Op            string
	At            localTime
	Source        json.RawMessage
	Value         bool
	Reason        string
	Target        string
	Session       string
	ActiveMinutes float64 `json:"active_minutes"`
	MaxAgeDays    int     `json:"max_age_days"`
}

// player performs a script on a store in a folder.
type player struct {
	script
	rev    *wire.Revision
	folder string
	clock  *handClock
	store  *session.Store
	key    string            // of the latest get
	names  map[string]string // S1, S2, … by id
	work   func()            // ends the background work
	lost   bool              // the sessions file is to be lost
}

func play(c golden.Case, rev *wire.Revision, folder string) ([]map[string]any, error) {
	p := &player{rev: rev, folder: folder, clock: &handClock{}, names: map[string]string{}}
	if err := json.Unmarshal(c.In, &p.script); err != nil {
		return nil, err
	}
	p.clock.time = p.Ops[0].At.Time
	if err := p.open(); err != nil {
		return nil, err
	}
	var steps []map[string]any
	for _, op := range p.Ops {
		p.clock.time = op.At.Time
		result, err := p.do(op)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op.Op, err)
		}
		if err := p.store.Save(); err != nil {
			return nil, err
		}
		steps = append(steps, map[string]any{"op": op.Op, "result": result, "end_reasons": p.ended()})
	}
	return steps, nil
}

// open begins a life of a store on what is in the folder.
func (p *player) open() error {
	if p.store != nil {
		if err := p.store.Release(); err != nil {
			return err
		}
	}
	disk, err := session.NewDisk(p.folder)
	if err != nil {
		return err
	}
	policy := p.Policy.policy()
	o := session.Options{
		Policies: session.Policies{Default: &policy, ByChatType: map[string]session.Policy{}},
		Location: time.UTC, Clock: p.clock, Keeper: disk,
	}
	for name, policy := range p.Config.ByType {
		o.Policies.ByChatType[name] = policy.policy()
	}
	for _, op := range p.Ops {
		o.PruneAfter += time.Duration(op.MaxAgeDays) * 24 * time.Hour // one at most says so
	}
	if p.store, err = session.NewStore(o); err != nil {
		return err
	}
	return p.store.Open()
}

func (p *player) do(op operation) (any, error) {
	switch op.Op {
	case "get":
		return p.use(op)
	case "suspend":
		return p.store.Suspend(p.key), nil
	case "mark_resume_pending":
		return p.store.MarkResumePending(p.key, op.Reason), nil
	case "clear_resume_pending", "update": // what the end of a turn does
		e, ok := p.store.Entry(p.key)
		p.store.Succeed(&e, "")
		if op.Op == "update" {
			return nil, nil
		}
		return ok, nil
	case "tokens": // what a turn has used: it was one
		e, _ := p.store.Begin(p.key, &wire.Source{}, session.Message{Text: "hi"})
		p.store.Succeed(&e, "hello")
		return nil, nil
	case "active":
		if op.Value {
			p.work = p.store.Work(p.key)
		} else {
			p.work()
		}
		return nil, nil
	case "reset":
		if e, ok := p.store.Reset(p.key); ok {
			return p.entry(e), nil
		}
		return nil, nil
	case "switch":
		for id, name := range p.names {
			if name == op.Target {
				e, err := p.store.Resume(p.key, id)
				return p.entry(e), err
			}
		}
	case "prune":
		return p.store.Prune(), nil
	case "suspend_recently_active":
		return p.crash()
	case "restart":
		return nil, p.restart()
	case "lose_index":
		p.lost = true
		return nil, nil
	case "list":
		return p.list(op.ActiveMinutes), nil
	case "lookup":
		for _, e := range p.store.Entries() {
			if p.names[e.ID] == op.Session {
				return e.Key, nil
			}
		}
		return nil, nil
	}
	return nil, errors.New("no such operation")
}

func (p *player) use(op operation) (any, error) {
	event, err := wire.DecodeEvent([]byte(`{"source":`+string(op.Source)+`}`), p.rev)
	if err != nil {
		return nil, err
	}
	keys := session.KeyOptions{
		SharedGroups:   p.Config.GroupsPerUser != nil && !*p.Config.GroupsPerUser,
		ThreadsPerUser: p.Config.ThreadsPerUser,
	}
	p.key = session.Key(&event.Source, keys, p.rev)
	e := p.store.Use(p.key, &event.Source)
	_, seen := p.names[e.ID]
	return map[string]any{
		"new_session":              !seen,
		"session_id_prefix_is_now": e.ID[:16] == op.At.Format("20060102_150405_"),
		"entry":                    p.entry(e),
	}, nil
}

func (p *player) crash() (int, error) {
	if err := p.open(); err != nil {
		return 0, err
	}
	n := 0
	for _, e := range p.store.Entries() {
		if e.ResumePending {
			n++
		}
	}
	return n, nil
}

func (p *player) restart() error {
	if err := p.store.Close(); err != nil {
		return err
	}
	if p.lost {
		if err := os.Remove(filepath.Join(p.folder, "sessions.json")); err != nil {
			return err
		}
	}
	return p.open()
}

func (p *player) list(minutes float64) []any {
	list := []any{}
	for _, e := range p.store.Entries() {
		if minutes == 0 || p.clock.time.Sub(e.UpdatedAt).Minutes() <= minutes {
			list = append(list, []any{e.Key, p.name(e.ID)})
		}
	}
	return list
}

// name is S1, S2, … in the order of first appearance.
func (p *player) name(id string) string {
	if p.names[id] == "" {
		p.names[id] = fmt.Sprintf("S%d", len(p.names)+1)
	}
	return p.names[id]
}

// entry is an entry by the names that the vectors have for it.
func (p *player) entry(e session.Entry) map[string]any {
	m := map[string]any{
		"session": p.name(e.ID), "session_key": e.Key,
		"created_at": stamp(e.CreatedAt), "updated_at": stamp(e.UpdatedAt),
		"was_auto_reset": e.AutoReset != "", "auto_reset_reason": orNull(string(e.AutoReset)),
		"reset_had_activity": e.HadActivity, "is_fresh_reset": e.Fresh, "suspended": e.Suspended,
		"resume_pending": e.ResumePending, "resume_reason": orNull(e.ResumeReason),
		"last_resume_marked_at": orNull(stamp(e.ResumeMarkedAt)), "display_name": orNull(e.ChatName),
	}
	if e.Previous != "" && p.rev == wire.R8 { // r6 does not show it
		m["prev_session"] = p.name(e.Previous)
	}
	return m
}

// ended says why each session seen so far is over, null when it is not. To the
// first revision every reset is the same.
func (p *player) ended() map[string]any {
	reasons := map[string]any{}
	for _, name := range p.names {
		reasons[name] = nil
	}
	for _, e := range p.store.Entries() {
		for _, past := range p.store.Past(e.Key) {
			why := map[session.Reason]string{session.ReasonReset: "session_reset", session.ReasonSwitched: "session_switch"}[past.Ended]
			if why == "" {
				why = string(past.Ended)
				if p.rev == wire.R6 {
					why = "session_reset"
				}
			}
			reasons[p.name(past.ID)] = why
		}
	}
	return reasons
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02T15:04:05")
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
