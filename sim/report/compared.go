package report

import (
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/verdict"
)

// compared says how much of what was expected a gateway of somebody else's was
// compared in.
func compared(c *verdict.Compared) string {
	text := fmt.Sprintf("compared %d of %d fields", c.Fields, c.Of)
	if len(c.Unreported) > 0 {
		text += "; not reported: " + strings.Join(c.Unreported, ", ")
	}
	if c.Settled {
		text += "; it cannot sync, so some quiet counted as the end of what it does"
	}
	return text
}

// said writes the last that the program under test printed.
func (t *Text) said(lines []string) {
	if len(lines) == 0 {
		return
	}
	t.print("      it printed, last:\n")
	for _, l := range lines {
		t.print("        %s\n", t.fit(plain(l)))
	}
}
