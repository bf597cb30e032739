package connector

import "sync"

// maxPosts bounds the frames that wait for one gateway on behalf of others.
const maxPosts = 256

// posts are frames that somebody else's reading goroutine has for a gateway. It
// must not wait for that gateway, so a goroutine of its own writes them.
type posts struct {
	mu      sync.Mutex
	waiting [][]byte
	running bool
	stopped bool
	flusher sync.WaitGroup
}

// post queues a frame for s and returns at once. A gateway with too many frames
// waiting is cut off.
func (s *socket) post(frame []byte) {
	p := &s.posts
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped || s.ended.Load() {
		return
	}
	if len(p.waiting) == maxPosts {
		s.cut("too slow: frames for it piled up")
		return
	}
	p.waiting = append(p.waiting, frame)
	if !p.running {
		p.running = true
		s.c.activity.Begin() // on behalf of the goroutine
		p.flusher.Go(s.flushPosts)
	}
}

func (s *socket) flushPosts() {
	defer s.c.activity.End()
	p := &s.posts
	for {
		p.mu.Lock()
		if len(p.waiting) == 0 {
			p.running = false
			p.mu.Unlock()
			return
		}
		frame := p.waiting[0]
		p.waiting = p.waiting[1:]
		p.mu.Unlock()
		if s.write(frame, false) != nil {
			s.cut("write failed")
		}
	}
}

// stop refuses further posts and waits for the goroutine.
func (p *posts) stop() {
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.flusher.Wait()
}
