package play

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target"
)

// The sessions of the gateways under test (SES).

func keyOptions(c scenario.SessionOptions) session.KeyOptions {
	return session.KeyOptions{
		SharedGroups:   c.GroupPerUser != nil && !*c.GroupPerUser,
		ThreadsPerUser: c.ThreadPerUser != nil && *c.ThreadPerUser,
		Aliases:        c.Aliases,
	}
}

// openStore makes the store of a gateway's next life: the one of the life before
// in memory, and one on the same folder where it keeps files, as two processes
// would.
func (p *player) openStore() error {
	c := &p.config.Sessions
	if p.store != nil && p.folder == "" {
		return nil
	}
	o := session.Options{
		Policies: policies(c),
		Location: time.UTC,
		Clock:    p.run.clock,
		NewID:    func() uint32 { return p.run.ids.number("session") },
	}
	if c.TimeZone != "" {
		zone, err := time.LoadLocation(c.TimeZone)
		if err != nil {
			return fmt.Errorf("time_zone: %w", err)
		}
		o.Location = zone
	}
	if c.MaxAgeDays != nil {
		if o.PruneAfter = days(*c.MaxAgeDays); o.PruneAfter == 0 {
			o.PruneAfter = -1
		}
	}
	if c.Store == onDisk {
		disk, err := p.disk()
		if err != nil {
			return err
		}
		o.Keeper = disk
	}
	store, err := session.NewStore(o)
	p.store = store
	return err
}

const onDisk = "disk"

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// disk is the folder of a gateway, made for its first life.
func (p *player) disk() (*session.Disk, error) {
	if p.folder == "" {
		folder, err := os.MkdirTemp("", "relaysim-sessions-")
		if err != nil {
			return nil, err
		}
		p.folder = folder
	}
	return session.NewDisk(p.folder)
}

// removeStore takes the files of a gateway away that has ended.
func (p *player) removeStore() {
	if p.folder != "" {
		_ = os.RemoveAll(p.folder) // what is left is in the system's temporary folder
	}
}

func policies(c *scenario.SessionOptions) session.Policies {
	p := session.Policies{ByPlatform: map[string]session.Policy{}, ByChatType: map[string]session.Policy{}}
	if c.Reset != nil {
		policy := policy(*c.Reset)
		p.Default = &policy
	}
	for name, reset := range c.ResetByPlatform {
		p.ByPlatform[name] = policy(reset)
	}
	for name, reset := range c.ResetByType {
		p.ByChatType[name] = policy(reset)
	}
	return p
}

func policy(c scenario.ResetPolicy) session.Policy {
	p := session.DefaultPolicy()
	p.Mode = session.Mode(c.Mode)
	if c.IdleMinutes != nil {
		p.Idle = time.Duration(*c.IdleMinutes) * time.Minute
	}
	if c.AtHour != nil {
		p.Hour = *c.AtHour
	}
	return p
}

// storeFile is a step that spoils the sessions file of a gateway.
func (r *run) storeFile(step *scenario.Step) error {
	p, err := r.player(step.To)
	if err != nil {
		return err
	}
	if p.folder == "" {
		return fmt.Errorf("gateway %s has no sessions file: it needs sessions: {store: disk}, and a start", p.name)
	}
	file := filepath.Join(p.folder, session.SessionsFile)
	switch s := step.Store; {
	case s.Truncate != nil:
		return os.Truncate(file, int64(*s.Truncate))
	case s.Content != nil:
		return os.WriteFile(file, []byte(*s.Content), 0o600)
	default:
		return os.Remove(file)
	}
}

// worker is a turn of a gateway that knows of background work.
type worker interface {
	Work() (done func())
}

// work begins background work of a turn's session, or ends all of it.
func (a *Agent) work(t *target.Turn, begin bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	w, ok := t.Caller.(worker)
	if !ok {
		return errors.New("this gateway cannot be told of background work")
	}
	if begin {
		if a.ends == nil {
			a.ends = map[string][]func(){}
		}
		a.ends[t.SessionKey] = append(a.ends[t.SessionKey], w.Work())
		return nil
	}
	for _, end := range a.ends[t.SessionKey] {
		end()
	}
	delete(a.ends, t.SessionKey)
	return nil
}
