// Package golden runs table tests on golden vectors: inputs and the outputs
// that gateways in the field gave. Where a rule of the contract replaces an
// output, the test says so in a table, and the table may not go stale. Only
// tests import it.
package golden

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// Case is one case of a vector file.
type Case struct {
	Name string
	In   json.RawMessage
	Out  json.RawMessage
}

// Exception is a set of cases whose golden output does not stand.
type Exception struct {
	// Cases matches the whole name of each case meant.
	Cases string
	// Rule is the rule that stands instead, "" when the cases are skipped.
	Rule string
	// Why says what is wrong with the golden output, or why it is skipped.
	Why string
	// Instead checks what the rule asks for. Nil skips the cases.
	Instead func(Case) error
}

// Run runs check on every case of a vector file, or what an exception has
// instead. An exception that matches no case, or a case that meets its golden
// output after all, fails the test, and so does a file without cases.
func Run(t *testing.T, path string, exceptions []Exception, check func(Case) error) {
	t.Helper()
	cases := Read(t, path)
	used := make([]bool, len(exceptions))
	for _, c := range cases {
		i := find(t, exceptions, c.Name)
		if i >= 0 {
			used[i] = true
		}
		t.Run(c.Name, func(t *testing.T) {
			if i < 0 {
				if err := check(c); err != nil {
					t.Error(err)
				}
				return
			}
			exceptions[i].run(t, c, check)
		})
	}
	for i, e := range exceptions {
		if !used[i] {
			t.Errorf("exception %q matches no case of %s", e.Cases, path)
		}
	}
}

func (e Exception) run(t *testing.T, c Case, check func(Case) error) {
	t.Helper()
	if e.Instead == nil {
		t.Skip(e.Why)
	}
	if check(c) == nil {
		t.Errorf("exception %q: the golden output is met", e.Cases)
	}
	if err := e.Instead(c); err != nil {
		t.Errorf("%s, because %s: %v", e.Rule, e.Why, err)
	}
}

// Read reads the cases of a vector file.
func Read(t testing.TB, path string) []Case {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []Case }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(file.Cases) == 0 {
		t.Fatalf("%s: no cases", path)
	}
	return file.Cases
}

func find(t *testing.T, exceptions []Exception, name string) int {
	t.Helper()
	for i, e := range exceptions {
		re, err := regexp.Compile("^(?:" + e.Cases + ")$")
		if err != nil {
			t.Fatalf("exception %q: %v", e.Cases, err)
		}
		if re.MatchString(name) {
			return i
		}
	}
	return -1
}
