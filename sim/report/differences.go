package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/relaysim/relaysim/sim/compare"
)

// Differences writes what two recordings do differently, for people: - is only
// in a, + only in b, ~ in both, with the fields that differ. a and b are the
// names of the files. The error is that of the writer.
func Differences(w io.Writer, a, b string, r *compare.Report, colour bool) error {
	p := palette{colour}
	var out strings.Builder
	var onlyA, onlyB, differ int
	if r.WireOnly != 0 {
		fmt.Fprintf(&out, "only the wire is compared: %s has no lines of the agent\n", escape([]string{a, b}[r.WireOnly-1]))
	}
	for _, d := range r.Differences {
		switch {
		case d.B == nil:
			onlyA++
			fmt.Fprintln(&out, p.red(fmt.Sprintf("- %s:%d  %s", escape(a), d.A.Line, plain(d.A.What))))
		case d.A == nil:
			onlyB++
			fmt.Fprintln(&out, p.green(fmt.Sprintf("+ %s:%d  %s", escape(b), d.B.Line, plain(d.B.What))))
		default:
			differ++
			fmt.Fprintln(&out, p.yellow(fmt.Sprintf("~ %s:%d %s:%d  %s", escape(a), d.A.Line, escape(b), d.B.Line, plain(d.A.What))))
			for _, f := range d.Fields {
				fmt.Fprintf(&out, "    %s%s, %s\n", fieldName(f.Path), p.red(plain(f.A)), p.green(plain(f.B)))
			}
		}
	}
	if len(r.Differences) == 0 {
		fmt.Fprintf(&out, "the same, %d compared\n", r.Same)
	} else {
		fmt.Fprintf(&out, "%d the same, %d differ, %d only in %s, %d only in %s\n", r.Same, differ, onlyA, escape(a), onlyB, escape(b))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func fieldName(path string) string {
	if path == "" {
		return ""
	}
	return escape(path) + ": "
}
