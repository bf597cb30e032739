// Package example holds drivers to copy, and the tests that they work.
package example

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/target/driver"
	"github.com/relaysim/relaysim/sim/verdict"
)

// TestMain is also a driver that is broken; see broken.
func TestMain(m *testing.M) {
	if file := os.Getenv(breakVariable); file != "" {
		if err := wrap(file, os.Args[1:]); err != nil {
			log.Fatal(err)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(compiledDir)
		os.Exit(code)
	}))
}

// scenarios are all that the repository has.
func scenarios(t *testing.T) []*scenario.Scenario {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "scenarios", "*", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d scenarios, %v", len(files), err)
	}
	var list []*scenario.Scenario
	for _, file := range files {
		sc, err := scenario.LoadFile(nil, file)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, sc)
	}
	return list
}

// playAll plays scenarios against a driver, a few at a time, and hands out the
// results.
func playAll(t *testing.T, command string, list []*scenario.Scenario) []*verdict.Result {
	t.Helper()
	stage, err := play.NewStage()
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Close()
	d, err := driver.New(t.Context(), driver.Options{Command: command})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var results []*verdict.Result
	var all sync.WaitGroup
	next := make(chan func())
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for play := range next {
				play()
			}
		})
	}
	for _, sc := range list {
		for _, rev := range wire.Revisions() {
			if len(sc.Revisions) > 0 && !contains(sc.Revisions, rev.Name) {
				continue
			}
			next <- func() {
				r := stage.Run(context.Background(), sc, rev, play.Options{Target: d, Timeout: time.Minute})
				mu.Lock()
				defer mu.Unlock()
				results = append(results, r)
			}
		}
	}
	close(next)
	all.Wait()
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	return results
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// compiledDir is where the Go driver is while the tests run.
var compiledDir = filepath.Join(os.TempDir(), fmt.Sprintf("relaysim-example-%d", os.Getpid()))

// compiled is the Go driver, compiled once for all tests.
var compiled = sync.OnceValues(func() (program string, err error) {
	program = filepath.Join(compiledDir, "driver")
	if out, err := exec.Command("go", "build", "-o", program, "./go").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
})

func build(t *testing.T) string {
	t.Helper()
	program, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// Every fifth scenario is played against the Go driver.
const every = 5

// TestTheGoDriverPasses wants the reference gateway behind a driver to pass as it
// does in this process: what the way through another program costs is time, and
// no assertion. simulate --gateway plays them all.
func TestTheGoDriverPasses(t *testing.T) {
	t.Parallel()
	var some []*scenario.Scenario
	for i, sc := range scenarios(t) {
		if i%every == 0 {
			some = append(some, sc)
		}
	}
	counts := judge(t, playAll(t, build(t), some))
	if counts[verdict.Skipped] > counts[verdict.Passed]/4 {
		t.Errorf("%d skipped, %d passed: it can do nearly everything", counts[verdict.Skipped], counts[verdict.Passed])
	}
}

// judge wants nothing to have failed, and counts.
func judge(t *testing.T, results []*verdict.Result) map[verdict.Outcome]int {
	t.Helper()
	counts := map[verdict.Outcome]int{}
	for _, r := range results {
		counts[r.Outcome]++
		switch r.Outcome {
		case verdict.Passed:
		case verdict.Skipped:
			if testing.Verbose() {
				t.Logf("skipped: %s [%s]: %s", r.File, r.Revision, r.Reason)
			}
		default:
			t.Errorf("%s [%s]: %v %s", r.File, r.Revision, r.Outcome, r.Reason)
			for _, p := range r.Problems {
				t.Errorf("  %s: %s %v", p.At, p.Text, p.Diffs)
			}
		}
	}
	t.Logf("%d passed, %d failed, %d skipped", counts[verdict.Passed], counts[verdict.Failed], counts[verdict.Skipped])
	return counts
}
