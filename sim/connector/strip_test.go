package connector

import (
	"strings"
	"testing"
)

func TestWhatIsNestedTooDeepIsNotForwarded(t *testing.T) { // FU-4
	nested := func(levels int, core string) string {
		return `{"a":` + strings.Repeat("[", levels) + core + strings.Repeat("]", levels) + `}`
	}
	for _, tt := range []struct {
		levels int
		want   string
	}{
		{maxNesting - 1, nested(maxNesting-1, `"a [redacted]"`)},
		{maxNesting, nested(maxNesting, "null")},
		{9000, nested(maxNesting, "null")},
	} {
		if got := string(strip([]byte(nested(tt.levels, `"a s3cret"`)), "s3cret")); got != tt.want {
			t.Errorf("%d levels: got %s", tt.levels, got)
		}
	}
}
