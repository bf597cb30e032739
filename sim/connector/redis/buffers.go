package redis

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/relaysim/relaysim/sim/connector/buffer"
)

// Buffers is a buffer.Buffers. An instance has a list of ids, a hash of frames by
// id, and a hash with its flip and the bytes of its frames.
type Buffers struct {
	s      *Server
	limits buffer.Limits
}

// Buffers returns the buffers on the server.
func (s *Server) Buffers(l buffer.Limits) *Buffers {
	return &Buffers{s, buffer.Limits{
		Entries: cmp.Or(l.Entries, buffer.DefaultEntries), Bytes: cmp.Or(l.Bytes, buffer.DefaultBytes),
	}}
}

// keys are an instance's: its list, its frames, and how it stands; then the number
// of the last entry of all instances.
func (b *Buffers) keys(of buffer.Name) []string {
	return []string{
		b.s.key("ids", of.Tenant, of.Instance), b.s.key("frames", of.Tenant, of.Instance),
		b.s.key("stands", of.Tenant, of.Instance), b.s.key("last"),
	}
}

// remembered is how long the server knows that an append was done, in real time:
// amply longer than anybody asks for it again.
const remembered = 20 * patience

// The scripts run as one: nobody sees them half done.
var (
	// appendScript returns the number of the new entry, 0 where there is no room,
	// the flip, and how many entries there are. The client asks again when an answer
	// is lost, and within its patience; the entry is kept once all the same, for
	// KEYS[5] is its own.
	appendScript = redis.NewScript(`
local n = redis.call('LLEN', KEYS[1])
local bytes = tonumber(redis.call('HGET', KEYS[3], 'bytes') or '0')
local flipped = redis.call('HGET', KEYS[3], 'flipped') or '0'
local kept = redis.call('GET', KEYS[5])
if kept then return {tonumber(kept), flipped, n} end
if n >= tonumber(ARGV[2]) or bytes + #ARGV[1] > tonumber(ARGV[3]) then
  return {0, flipped, n}
end
local last = redis.call('INCR', KEYS[4])
redis.call('RPUSH', KEYS[1], last)
redis.call('HSET', KEYS[2], last, ARGV[1])
redis.call('HSET', KEYS[3], 'bytes', bytes + #ARGV[1])
redis.call('SET', KEYS[5], last, 'PX', ARGV[4])
return {last, flipped, n + 1}`)
	// removeScript returns whether the entry was there.
	removeScript = redis.NewScript(`
local frame = redis.call('HGET', KEYS[2], ARGV[1])
if not frame then return 0 end
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HINCRBY', KEYS[3], 'bytes', -#frame)
return 1`)
	// listScript returns ids and frames in turn, at most ARGV[1] entries.
	listScript = redis.NewScript(`
local list = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, tonumber(ARGV[1]) - 1)) do
  table.insert(list, id)
  table.insert(list, redis.call('HGET', KEYS[2], id))
end
return list`)
)

// Append implements buffer.Buffers.
func (b *Buffers) Append(of buffer.Name, frame []byte) (buffer.Entry, buffer.State, error) {
	ctx, cancel := question()
	defer cancel()
	keys := append(b.keys(of), b.s.key("append", b.s.nextRequest()))
	got, err := appendScript.Run(ctx, b.s.client, keys, frame,
		b.limits.Entries, b.limits.Bytes, remembered.Milliseconds()).Slice()
	if err != nil {
		return buffer.Entry{}, buffer.State{}, err
	}
	n, _ := got[0].(int64)
	entries, _ := got[2].(int64)
	state := buffer.State{Flipped: got[1] == "1", Entries: int(entries)}
	if n == 0 {
		return buffer.Entry{}, state, buffer.ErrFull
	}
	return buffer.Entry{ID: buffer.ID(int(n)), Frame: frame}, state, nil
}

// First implements buffer.Buffers.
func (b *Buffers) First(of buffer.Name) (buffer.Entry, bool, error) {
	list, err := b.list(of, 1)
	if err != nil || len(list) == 0 {
		return buffer.Entry{}, false, err
	}
	return list[0], true, nil
}

// List implements buffer.Buffers.
func (b *Buffers) List(of buffer.Name) ([]buffer.Entry, error) { return b.list(of, b.limits.Entries) }

func (b *Buffers) list(of buffer.Name, most int) ([]buffer.Entry, error) {
	ctx, cancel := question()
	defer cancel()
	got, err := listScript.Run(ctx, b.s.client, b.keys(of), most).StringSlice()
	if err != nil {
		return nil, err
	}
	var list []buffer.Entry
	for i := 0; i+1 < len(got); i += 2 {
		n, err := strconv.Atoi(got[i])
		if err != nil {
			return nil, err
		}
		list = append(list, buffer.Entry{ID: buffer.ID(n), Frame: []byte(got[i+1])})
	}
	return list, nil
}

// Remove implements buffer.Buffers.
func (b *Buffers) Remove(of buffer.Name, id string) (bool, error) {
	n, ok := buffer.Number(id)
	if !ok {
		return false, nil
	}
	ctx, cancel := question()
	defer cancel()
	return removeScript.Run(ctx, b.s.client, b.keys(of), n).Bool()
}

// Flip implements buffer.Buffers.
func (b *Buffers) Flip(of buffer.Name, flipped bool) error {
	ctx, cancel := question()
	defer cancel()
	return b.s.client.HSet(ctx, b.keys(of)[2], "flipped", flipped).Err()
}

// State implements buffer.Buffers.
func (b *Buffers) State(of buffer.Name) (buffer.State, error) {
	ctx, cancel := question()
	defer cancel()
	keys := b.keys(of)
	p := b.s.client.Pipeline()
	flipped, n := p.HGet(ctx, keys[2], "flipped"), p.LLen(ctx, keys[0])
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return buffer.State{}, err
	}
	return buffer.State{Flipped: flipped.Val() == "1", Entries: int(n.Val())}, n.Err()
}

// Forget implements buffer.Buffers.
func (b *Buffers) Forget(of buffer.Name) error {
	ctx, cancel := question()
	defer cancel()
	return b.s.client.Del(ctx, b.keys(of)[:3]...).Err() // the numbers go on
}
