package gateway

import (
	"context"
	"sync"
)

// pause is one wait of a goroutine that has begun: it ends its own work, and
// whoever wakes it begins on its behalf. A pause is used once, and one that a
// waker may know must be waited on.
type pause struct {
	work Activity
	once sync.Once
	over chan struct{}
}

func (g *Gateway) newPause() *pause {
	return &pause{work: g.work, over: make(chan struct{})}
}

// wake ends the wait. Only the first call does something.
func (p *pause) wake() {
	p.once.Do(func() {
		p.work.Begin()
		close(p.over)
	})
}

// wait returns when somebody has called wake or ctx ends. A wake before it
// counts.
func (p *pause) wait(ctx context.Context) {
	p.work.End()
	select {
	case <-p.over:
	case <-ctx.Done():
		p.wake()
		<-p.over // whoever was first has begun for us
	}
}
