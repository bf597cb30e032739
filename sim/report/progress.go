package report

import (
	"fmt"
	"io"
	"slices"
)

// Progress is the last line of a terminal and says how far a run is. Whatever
// else goes to that terminal is written through Above. Only one goroutine uses
// it.
type Progress struct {
	w       io.Writer
	width   int
	names   []string
	running []int // oldest first
	ended   int
	drawn   bool // the line is on the screen
}

// NewProgress returns a Progress of the runs with these names, on a terminal of
// width columns.
func NewProgress(w io.Writer, width int, names []string) *Progress {
	return &Progress{w: w, width: width, names: names}
}

// Began says that the run at index i has begun.
func (p *Progress) Began(i int) {
	p.running = append(p.running, i)
	p.draw()
}

// Ended says that the run at index i has ended.
func (p *Progress) Ended(i int) {
	p.running = slices.DeleteFunc(p.running, func(r int) bool { return r == i })
	p.ended++
	p.draw()
}

// Clear takes the line off the screen.
func (p *Progress) Clear() {
	if p.drawn {
		io.WriteString(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// Above returns a writer to w, a stream of the same terminal, that clears the
// line first. The next Began or Ended draws it again, below.
func (p *Progress) Above(w io.Writer) io.Writer { return above{p, w} }

type above struct {
	p *Progress
	w io.Writer
}

func (a above) Write(b []byte) (int, error) {
	a.p.Clear()
	return a.w.Write(b)
}

func (p *Progress) draw() {
	line := fmt.Sprintf("%d/%d", p.ended, len(p.names))
	if len(p.running) > 0 {
		line += "  " + plain(p.names[p.running[0]]) // a run that hangs is the oldest
	}
	if r := []rune(line); len(r) >= p.width {
		line = string(r[:max(p.width-1, 0)])
	}
	p.Clear()
	io.WriteString(p.w, line)
	p.drawn = true
}
