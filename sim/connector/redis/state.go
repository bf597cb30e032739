package redis

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/relaysim/relaysim/sim/connector/state"
)

// State is a state.State.
type State struct{ s *Server }

// sessionLife is how long it is remembered who runs a session nobody writes in.
const sessionLife = 30 * 24 * time.Hour

// State returns the state on the server.
func (s *Server) State() *State { return &State{s} }

// PutCapability implements state.State.
func (t *State) PutCapability(k state.Key, c state.Capability) error {
	life := time.Until(c.Expires) + state.Kept // real time, for the server to tidy up
	if life <= 0 {
		life = state.Kept
	}
	return t.put(t.s.key("capability", k.Tenant, k.Session, k.Kind), c, life)
}

// Capability implements state.State.
func (t *State) Capability(k state.Key) (c state.Capability, found bool, err error) {
	found, err = t.get(t.s.key("capability", k.Tenant, k.Session, k.Kind), &c)
	return c, found, err
}

// PutSessions implements state.State.
func (t *State) PutSessions(tenant string, keys []string, instance string) error {
	ctx, cancel := question()
	defer cancel()
	_, err := t.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range keys {
			p.Set(ctx, t.s.key("session", tenant, key), instance, sessionLife)
		}
		return nil
	})
	return err
}

// SessionOf implements state.State.
func (t *State) SessionOf(tenant string, keys []string) (string, error) {
	if len(keys) == 0 {
		return "", nil
	}
	ctx, cancel := question()
	defer cancel()
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = t.s.key("session", tenant, key)
	}
	values, err := t.s.client.MGet(ctx, names...).Result()
	if err != nil {
		return "", err
	}
	for _, v := range values {
		if instance, ok := v.(string); ok {
			return instance, nil
		}
	}
	return "", nil
}

// claimScript takes a claim that nobody has or that is over, as one of the future
// is. The time is the
// connector's, which may be another than the server's.
var claimScript = redis.NewScript(`
local over = tonumber(redis.call('GET', KEYS[1]) or '0')
if tonumber(ARGV[1]) < over and over <= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)

// Claim implements state.State.
func (t *State) Claim(name string, now time.Time, life time.Duration) (bool, error) {
	ctx, cancel := question()
	defer cancel()
	kept := max(life, time.Second).Milliseconds()
	return claimScript.Run(ctx, t.s.client, []string{t.s.key("claim", name)},
		now.UnixMilli(), now.Add(life).UnixMilli(), kept).Bool()
}

// PutRecord implements state.State.
func (t *State) PutRecord(gatewayID string, r state.Record) error {
	return t.put(t.s.key("record", gatewayID), r, 0)
}

// Record implements state.State.
func (t *State) Record(gatewayID string) (r state.Record, err error) {
	_, err = t.get(t.s.key("record", gatewayID), &r)
	return r, err
}

// put keeps a value as JSON; life 0 is for ever.
func (t *State) put(key string, v any, life time.Duration) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	ctx, cancel := question()
	defer cancel()
	return t.s.client.Set(ctx, key, b, life).Err()
}

func (t *State) get(key string, v any) (found bool, err error) {
	ctx, cancel := question()
	defer cancel()
	b, err := t.read(ctx, key)
	if b == nil || err != nil {
		return false, err
	}
	return true, json.Unmarshal(b, v)
}

func (t *State) read(ctx context.Context, key string) ([]byte, error) {
	b, err := t.s.client.Get(ctx, key).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	return b, err
}
