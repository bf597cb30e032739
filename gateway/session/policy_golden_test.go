package session_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// handClock is a clock that a test sets, backwards too.
type handClock struct {
	quartz.Clock // for nothing: a store only asks what time it is
	time         time.Time
}

func (c *handClock) Now(...string) time.Time { return c.time }

// localTime is a wall-clock time without a zone; these tests run in UTC.
type localTime struct{ time.Time }

func (t *localTime) UnmarshalJSON(raw []byte) (err error) {
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		return err
	}
	t.Time, err = time.Parse("2006-01-02T15:04:05.999999", *text)
	return err
}

type goldenPolicy struct {
	Mode session.Mode
	Idle float64 `json:"idle_minutes"`
	Hour int     `json:"at_hour"`
}

func (p goldenPolicy) policy() session.Policy {
	return session.Policy{Mode: p.Mode, Idle: time.Duration(p.Idle * float64(time.Minute)), Hour: p.Hour}
}

// expiry is the input of a case.
type expiry struct {
	goldenPolicy
	Updated localTime `json:"updated_at"`
	Now     localTime
	Active  any `json:"has_active_processes"`
}

// reset says why a session used at Updated is replaced at Now: none, idle or daily.
func (in *expiry) reset() (string, error) {
	clock := &handClock{time: in.Updated.Time}
	policy := in.policy()
	store, err := session.NewStore(session.Options{
		Policies: session.Policies{Default: &policy}, PruneAfter: -1, Location: time.UTC, Clock: clock,
	})
	if err != nil {
		return "", err
	}
	src := &wire.Source{}
	store.Use("k", src)
	if in.Active == true {
		defer store.Work("k")()
	}
	clock.time = in.Now.Time
	if e := store.Use("k", src); e.AutoReset != "" {
		return string(e.AutoReset), nil
	}
	return "none", nil
}

func TestPolicyGolden(t *testing.T) { // SES-3, SES-4
	t.Parallel()
	refused := func(cases, text string) golden.Exception {
		return golden.Exception{Cases: cases, Rule: "SES-3", Why: "a policy that is none is refused at the start, in whichever mode",
			Instead: func(c golden.Case) error {
				var in expiry
				if err := json.Unmarshal(c.In, &in); err != nil {
					return err
				}
				if _, err := in.reset(); err == nil || !strings.Contains(err.Error(), text) {
					return fmt.Errorf("got %v, want an error with %q", err, text)
				}
				return nil
			}}
	}
	exceptions := []golden.Exception{
		refused("mode '(weekly|IDLE)' .*", "is none of none, idle, daily and both"),
		refused("at_hour out of range .*", "is not one of 0 to 23"),
		{Cases: "at_hour text", Why: "SES-3: an hour is a number, which the type says"},
		{Cases: "active process check raises", Why: "SES-4: the store counts the work itself, which cannot fail"},
	}
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			golden.Run(t, "testdata/reset_policy-"+rev.Name+".json", exceptions, func(c golden.Case) error {
				var in expiry
				var out struct {
					Reset   string
					Expired bool
				}
				if err := json.Unmarshal(c.In, &in); err != nil {
					return err
				}
				if err := json.Unmarshal(c.Out, &out); err != nil {
					return err
				}
				got, err := in.reset()
				if err != nil {
					return err
				}
				if got != out.Reset || (got != "none") != out.Expired {
					return fmt.Errorf("got %s, want %s, expired %v", got, out.Reset, out.Expired)
				}
				return nil
			})
		})
	}
}
