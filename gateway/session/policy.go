package session

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Mode says what makes a session expire (SES-3).
type Mode string

// The modes.
const (
	None  Mode = "none"  // nothing does
	Idle  Mode = "idle"  // it was not used for Policy.Idle
	Daily Mode = "daily" // Policy.Hour has passed since it was used
	Both  Mode = "both"  // either of them
)

// Policy says when a session expires. The zero value never lets one expire; see
// DefaultPolicy.
type Policy struct {
	Mode Mode // "" is None
	// Idle is how long a session may be unused in the modes Idle and Both.
	Idle time.Duration
	// Hour of the day, 0 to 23, at which sessions expire in the modes Daily and
	// Both, in the store's location.
	Hour int
}

// DefaultPolicy is what holds when nothing is said: a day without use, or four
// in the morning (SES-3).
func DefaultPolicy() Policy { return Policy{Mode: Both, Idle: 24 * time.Hour, Hour: 4} }

func (p Policy) check() error {
	switch p.Mode {
	case "", None, Idle, Daily, Both:
	default:
		return fmt.Errorf("mode %q is none of none, idle, daily and both", p.Mode)
	}
	if p.Idle < 0 {
		return fmt.Errorf("idle %v is negative", p.Idle)
	}
	if p.Hour < 0 || p.Hour > 23 {
		return fmt.Errorf("hour %d is not one of 0 to 23", p.Hour)
	}
	return nil
}

// expired says why a session that was last used at updated is over at now, or
// "" when it is not. Only the location of now matters for the hour. A use that
// lies in the future, because the clock was set back, is no reason.
func (p Policy) expired(updated, now time.Time) Reason {
	if (p.Mode == Idle || p.Mode == Both) && now.After(updated.Add(p.Idle)) {
		return ReasonIdle
	}
	if (p.Mode == Daily || p.Mode == Both) && updated.Before(lastPassing(p.Hour, now)) {
		return ReasonDaily
	}
	return ""
}

// lastPassing is when the clock on the wall last showed the hour.
func lastPassing(hour int, now time.Time) time.Time {
	at := func(day int) time.Time {
		return time.Date(now.Year(), now.Month(), day, hour, 0, 0, 0, now.Location())
	}
	today := at(now.Day())
	if now.Before(today) {
		return at(now.Day() - 1) // not a day before today: a day may leave the hour out
	}
	return today
}

// Policies says which policy holds for a session: its platform's, else its chat
// type's, else the default. The zero value is DefaultPolicy for all.
type Policies struct {
	// Default may be nil for DefaultPolicy.
	Default *Policy
	// ByPlatform and ByChatType are policies for platforms such as discord and
	// chat types such as dm. They are only read.
	ByPlatform, ByChatType map[string]Policy
}

func (p *Policies) of(e *Entry) Policy {
	if policy, ok := p.ByPlatform[e.Platform]; ok {
		return policy
	}
	if policy, ok := p.ByChatType[e.ChatType]; ok {
		return policy
	}
	if p.Default != nil {
		return *p.Default
	}
	return DefaultPolicy()
}

func (p *Policies) check() error {
	if p.Default != nil {
		if err := p.Default.check(); err != nil {
			return fmt.Errorf("default policy: %w", err)
		}
	}
	for what, policies := range map[string]map[string]Policy{"platform": p.ByPlatform, "chat type": p.ByChatType} {
		for _, name := range slices.Sorted(maps.Keys(policies)) {
			if err := policies[name].check(); err != nil {
				return fmt.Errorf("policy of %s %s: %w", what, name, err)
			}
		}
	}
	return nil
}
