package spell

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"name", "about", "kind", "within", "inbound", "interaction", "to", "on", "follow_up"}
	for _, tt := range []struct{ word, want string }{
		{"nmae", "name"}, {"knd", "kind"}, {"kimd", "kind"}, {"kinds", "kind"}, {"wihtin", "within"}, {"WITHIN", "within"},
		{"followup", "follow_up"}, {"interacton", "interaction"}, {"ton", "to"},
		{"x", ""}, {"as", ""}, {"chat", ""}, {"completely", ""}, {"", ""},
	} {
		if got := Nearest(tt.word, names); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"ab", "", 2}, {"ab", "ab", 0}, {"ab", "ba", 1}, {"abc", "axc", 1},
		{"abc", "ac", 1}, {"ac", "abc", 1}, {"kitten", "sitting", 3},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
