package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// statusEvery is how often the status is drawn again.
const statusEvery = 500 * time.Millisecond

// statusLine is the last line of a terminal and says how a long command goes.
// Whatever else goes to that terminal is written through above. Where stderr is
// no terminal it draws nothing. Any goroutine may use it.
type statusLine struct {
	w     io.Writer
	width int // 0: no terminal
	quit  chan struct{}
	gone  chan struct{} // closed when the drawing goroutine is

	mu    sync.Mutex
	drawn bool // Guarded by mu: the line is on the screen
}

func newStatusLine(p program) *statusLine {
	s := &statusLine{w: p.stderr, quit: make(chan struct{}), gone: make(chan struct{})}
	if width, ok := terminal(p.stderr); ok && p.env("TERM") != "dumb" {
		s.width = width
	}
	return s
}

// start draws what text returns until stop.
func (s *statusLine) start(text func() string) {
	go func() {
		defer close(s.gone)
		tick := time.NewTicker(statusEvery)
		defer tick.Stop()
		for s.width > 0 {
			s.draw(text())
			select {
			case <-tick.C:
			case <-s.quit:
				return
			}
		}
	}()
}

// stop takes the line off the screen. start was called before.
func (s *statusLine) stop() {
	close(s.quit)
	<-s.gone
	s.above(func() {})
}

func (s *statusLine) draw(text string) {
	if r := []rune(text); len(r) >= s.width {
		text = string(r[:s.width-1])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(s.w, "\r\x1b[K%s", text)
	s.drawn = true
}

// above lets write write with no line in its way.
func (s *statusLine) above(write func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drawn {
		io.WriteString(s.w, "\r\x1b[K")
		s.drawn = false
	}
	write()
}
