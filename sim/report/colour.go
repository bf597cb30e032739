package report

// palette paints text for a terminal. The zero palette leaves it plain.
type palette struct{ on bool }

func (p palette) red(s string) string    { return p.paint("31", s) }
func (p palette) green(s string) string  { return p.paint("32", s) }
func (p palette) yellow(s string) string { return p.paint("33", s) }
func (p palette) faint(s string) string  { return p.paint("2", s) }
func (p palette) bold(s string) string   { return p.paint("1", s) }

func (p palette) paint(code, s string) string {
	if !p.on || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
