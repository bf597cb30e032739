package report

import "strings"

// The lanes of a timeline.
const (
	agentLane = iota
	gatewayLane
	connectorLane
	userLane
)

var laneNames = []string{"agent", "gateway", "connector", "user"}

// laneAt is the column of each lane, under the middle of its name.
var laneAt = []int{2, 9, 18, 25}

const (
	lanesWidth = 30 // with the space after them
	// narrow is the width below which lanes leave no room for what was said.
	narrow = 72
)

// mood says how a line is painted.
type mood int

const (
	calm  mood = iota
	good       // a user sees something
	bad        // something failed or ended
	alert      // something was interrupted or is odd
)

// move is one line of a timeline: an arrow from a lane to a lane, which may
// be the same, and what it means.
type move struct {
	from, to int
	sees     bool // the user, beside what the gateway gets
	mood     mood
	text     string
}

func (m move) paint(p palette, s string) string {
	switch m.mood {
	case good:
		return p.green(s)
	case bad:
		return p.red(s)
	case alert:
		return p.yellow(s)
	}
	return s
}

func (t *Timeline) narrow() bool { return t.width > 0 && t.width < narrow }

func (t *Timeline) laneWidth() int {
	if t.narrow() {
		return 4
	}
	return lanesWidth
}

// names is the line over the lanes.
func (t *Timeline) names() string {
	if t.narrow() {
		return strings.Join(laneNames, ", ")
	}
	return strings.Join(laneNames, " ")
}

// lanes draws the arrow of a move.
func (t *Timeline) lanes(m move) string {
	if t.narrow() {
		return letters(m)
	}
	row := []rune(strings.Repeat(" ", lanesWidth))
	for _, at := range laneAt {
		row[at] = '│'
	}
	draw(row, m.from, m.to)
	if m.sees {
		draw(row, connectorLane, userLane)
		row[laneAt[connectorLane]] = '┼'
	}
	return string(row)
}

// draw puts an arrow into a row. It passes through the lanes between.
func draw(row []rune, from, to int) {
	a, b := laneAt[from], laneAt[to]
	switch {
	case a == b:
		row[a] = '●'
		return
	case a < b:
		row[a], row[b-1] = '├', '▶'
		fill(row[a+1 : b-1])
	default:
		row[a], row[b+1] = '┤', '◀'
		fill(row[b+2 : a])
	}
}

func fill(row []rune) {
	for i, r := range row {
		if r == '│' {
			row[i] = '┼'
		} else {
			row[i] = '─'
		}
	}
}

// letters stand for the lanes on a narrow terminal.
func letters(m move) string {
	if m.from == m.to {
		return laneNames[m.from][:1] + "   "
	}
	return laneNames[m.from][:1] + "→" + laneNames[m.to][:1] + " "
}
