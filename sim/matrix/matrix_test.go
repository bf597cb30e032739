package matrix_test

import (
	"path/filepath"
	"testing"

	"github.com/relaysim/relaysim/sim/matrix"
	"github.com/relaysim/relaysim/sim/scenario"
)

func TestReadKeepsTheOrder(t *testing.T) {
	t.Parallel()
	got, err := matrix.Read("ci/m.yaml", []byte(`
- {name: reference, gateway: built-in}
- name: ours
  gateway: python3 gateway.py --quiet
  revision: 2026-08
  dir: ../ours
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []matrix.Target{
		{Pos: scenario.Pos{File: "ci/m.yaml", Line: 2, Col: 3}, Name: "reference", Gateway: matrix.BuiltIn},
		{
			Pos: scenario.Pos{File: "ci/m.yaml", Line: 3, Col: 3}, Name: "ours", Gateway: "python3 gateway.py --quiet",
			Revision: "2026-08", Dir: filepath.Join("ours"),
		},
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v, want %+v", got[i], want[i])
		}
	}
}

func TestReadSaysEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":      {"# nothing\n", "m.yaml:1:1: no targets: want a list, each with name and gateway"},
		"no list":    {"ours: x\n", "m.yaml:1:1: want a list"},
		"no YAML":    {"- {name: x\n", "m.yaml:1: not YAML: did not find expected ',' or '}'"},
		"a text":     {"- x\n", "m.yaml:1:3: [0]: want a target, whose fields are name, gateway, revision, dir"},
		"misspelt":   {"- name: x\n  gatway: y\n", "m.yaml:2:3: [0].gatway: unknown field, did you mean gateway?\nm.yaml:1:3: [0]: no gateway"},
		"twice":      {"- {name: x, gateway: y}\n- {name: x, gateway: z}\n", "m.yaml:2:3: [1].name: x is the name of a target already, at line 1"},
		"revision":   {"- {name: x, gateway: y, revision: 2026-07}\n", "m.yaml:1:3: [0].revision: revision \"2026-07\" is not known, want 2026-06 or 2026-08"},
		"dir":        {"- {name: x, gateway: built-in, dir: y}\n", "m.yaml:1:3: [0].dir: stands only beside a command"},
		"a list":     {"- {name: [x], gateway: y}\n", "m.yaml:1:10: [0].name: want text"},
		"both wrong": {"- {name: x}\n- {gateway: y}\n", "m.yaml:1:3: [0]: no gateway\nm.yaml:2:3: [1]: no name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := matrix.Read("m.yaml", []byte(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}
