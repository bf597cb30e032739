package play

import (
	"fmt"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// compareSession looks at a session as it is now.
func (r *run) compareSession(e *scenario.Expectation) []verdict.Problem {
	text := "expect.session"
	view, err := r.sessionNow(e)
	if err != nil {
		return []verdict.Problem{{At: e.Pos.String(), Text: text + ": " + err.Error()}}
	}
	if e.Session.Key != "" {
		text += " " + e.Session.Key
	}
	return r.now(e.Pos, text, sessionPattern(e.Session), view)
}

func sessionPattern(e *scenario.SessionNow) any {
	return fields{}.
		set("exists", e.Exists).
		set("id", e.ID).
		set("suspended", e.Suspended).
		set("resume_pending", e.ResumePending).
		set("reset", e.Reset).
		set("had_activity", e.HadActivity).
		set("previous", e.Previous).
		set("fresh", e.Fresh).
		set("running", e.Running).
		set("restarts", e.Restarts).
		set("turns", e.Turns).
		set("age", e.Age).
		set("unused", e.Unused).
		set("transcript", e.Transcript).
		set("past", e.Past).
		tree()
}

func (r *run) sessionNow(e *scenario.Expectation) (map[string]any, error) {
	p, err := r.player(e.On)
	if err != nil {
		return nil, err
	}
	if p.store == nil {
		return nil, fmt.Errorf("gateway %s was never started", p.name)
	}
	found, ok := p.store.Entry(e.Session.Key)
	if all := p.store.Entries(); e.Session.Key == "" {
		if len(all) > 1 {
			return nil, fmt.Errorf("there are %d sessions: say which with key", len(all))
		}
		if ok = len(all) == 1; ok {
			found = all[0]
		}
	}
	if !ok {
		return map[string]any{"exists": false}, nil
	}
	view := r.entryView(&found)
	if view["transcript"], err = transcriptView(p.store, found.ID); err != nil {
		return nil, err
	}
	view["past"] = pastView(p.store.Past(found.Key))
	return view, nil
}

func (r *run) entryView(e *session.Entry) map[string]any {
	now := r.clock.time()
	return map[string]any{
		"exists": true, "id": e.ID,
		"suspended": e.Suspended, "resume_pending": e.ResumePending,
		"reset": orNull(string(e.AutoReset)), "had_activity": e.HadActivity, "previous": orNull(e.Previous),
		"fresh": e.Fresh, "running": e.Running,
		"restarts": number(e.Restarts), "turns": number(e.Turns),
		"age": number(int(now.Sub(e.CreatedAt).Seconds())), "unused": number(int(now.Sub(e.UpdatedAt).Seconds())),
	}
}

func transcriptView(s *session.Store, id string) ([]any, error) {
	messages, err := s.Transcript(id)
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = map[string]any{"role": m.Role, "text": m.Text, "undone": m.Undone}
	}
	return list, err
}

func pastView(past []session.Past) []any {
	list := make([]any, len(past))
	for i, p := range past {
		list[i] = map[string]any{"id": p.ID, "ended": string(p.Ended)}
	}
	return list
}
