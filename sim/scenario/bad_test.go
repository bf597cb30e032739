package scenario_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/scenario"
)

var update = flag.Bool("update", false, "write what is said about the bad files")

func TestBadFilesSayWhatIsWrong(t *testing.T) {
	for _, file := range glob(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			_, err := scenario.Load(filepath.Base(file), read(t, file))
			if err == nil {
				t.Fatal("it loads: a bad file must stay bad")
			}
			everyProblemHasAPlace(t, err)
			got := err.Error() + "\n"
			wantFile := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, wantFile)), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestEveryWantHasItsFile(t *testing.T) {
	for _, want := range glob(t, "testdata/bad/*.want") {
		if _, err := os.Stat(strings.TrimSuffix(want, ".want") + ".yaml"); err != nil {
			t.Error(err)
		}
	}
}

// everyProblemHasAPlace checks that problems have a file, a line, a column and
// words, and come in file order.
func everyProblemHasAPlace(t testing.TB, err error) {
	t.Helper()
	var problems scenario.Errors
	if !errors.As(err, &problems) || len(problems) == 0 {
		t.Fatalf("want Errors, got %T: %v", err, err)
	}
	line := 0
	for _, p := range problems {
		if p.Pos.File == "" || p.Pos.Line < 1 || p.Pos.Col < 1 || p.Text == "" {
			t.Errorf("a problem without a place or words: %+v", p)
		}
		if p.Pos.Line < line {
			t.Errorf("not in file order: %v", p)
		}
		line = p.Pos.Line
	}
}
