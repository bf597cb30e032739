package recording

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"time"
)

// errCut says that what was read already is no longer there.
var errCut = errors.New("it is shorter than what was read of it: somebody began it anew")

// Growing is a file that somebody else writes.
type Growing interface {
	io.Reader
	Stat() (fs.FileInfo, error)
}

// Follow returns a reader of a file that is still being written. At its end it
// waits for more, looking again each interval of real time, so that a last line
// that is not whole waits for its rest. When ctx ends it returns io.EOF.
func Follow(ctx context.Context, f Growing, interval time.Duration) io.Reader {
	return &follower{ctx: ctx, file: f, interval: interval}
}

type follower struct {
	ctx      context.Context
	file     Growing
	interval time.Duration
	read     int64 // bytes so far
}

func (f *follower) Read(b []byte) (int, error) {
	for {
		if f.ctx.Err() != nil {
			return 0, io.EOF
		}
		n, err := f.file.Read(b)
		f.read += int64(n)
		if n > 0 || err != nil && err != io.EOF {
			return n, err
		}
		if info, err := f.file.Stat(); err == nil && info.Size() < f.read {
			return 0, errCut
		}
		select {
		case <-f.ctx.Done():
		case <-time.After(f.interval):
		}
	}
}
