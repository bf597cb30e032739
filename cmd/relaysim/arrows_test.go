package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/relaysim/relaysim/"

// An import in the wrong direction would let one half of the pair see the
// other, and what both share hides what either gets wrong.
func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		packages string
		never    []string // prefixes, within the module
		why      string
	}{
		{"gateway/...", []string{"sim", "cmd", "scenarios", "recordings"}, "the gateway is a library of its own"},
		{"sim/connector", []string{"gateway/wire", "gateway/session", "sim/scenario", "sim/play"}, "the connector works out keys and frames on its own"},
		{"sim/connector/buffer", []string{"gateway/wire", "gateway/session", "gateway/auth", "sim/"}, "a buffer keeps frames and knows no sockets"},
		{"sim/connector/state", []string{"gateway", "sim/"}, "state is kept for the connector and knows nothing of it"},
		{"sim/connector/bus", []string{"gateway", "sim/"}, "a bus knows neither messages nor who they are for"},
		{"sim/connector/redis", []string{"gateway/wire", "gateway/session", "gateway/auth", "sim/trace", "sim/play", "sim/scenario"}, "it implements what the connector shares, and no more"},
		{"sim/trace", []string{"gateway", "sim/connector", "sim/play", "sim/scenario"}, "the trace knows neither half"},
		{"sim/match", []string{"gateway", "sim/"}, "the matcher is pure"},
		{"sim/law", []string{"gateway", "sim/play", "sim/connector", "sim/scenario"}, "laws judge from the trace alone"},
		{"sim/scenario", []string{"gateway", "sim/connector", "sim/play"}, "a scenario has no behaviour"},
		{"sim/recording", []string{"sim/play", "sim/report", "sim/scenario"}, "a recording is only a file format"},
		{"sim/redact", []string{"gateway", "sim/recording", "sim/play", "sim/scenario", "sim/connector"}, "redaction is pure: observations in, observations out"},
		{"sim/scrub", []string{"gateway", "sim/play", "sim/scenario", "sim/connector", "sim/report"}, "scrubbing reads and writes files, and plays nothing"},
		{"sim/replay", []string{"sim/play", "sim/connector", "sim/report", "gateway"}, "compiling plays nothing"},
		{"sim/check", []string{"sim/play", "sim/connector", "sim/report", "gateway"}, "a check reads and plays nothing"},
		{"sim/report", []string{"sim/play", "sim/recording", "gateway"}, "a report knows neither player nor format"},
		{"sim/known", []string{"gateway", "sim/play", "sim/report", "sim/replay"}, "what is known is a list and verdicts"},
		{"sim/matrix", []string{"gateway/session", "sim/play", "sim/report", "sim/target"}, "a matrix is a list of names and commands"},
		{"sim/drivercheck", []string{"sim/report", "sim/recording", "sim/replay", "cmd"}, "it asks by playing, and prints nothing"},
		{"sim/convert", []string{"sim/recording", "sim/replay", "sim/report"}, "it begins with what replay has compiled"},
		{"sim/har", []string{"gateway", "sim/play", "sim/scenario", "sim/report"}, "an archive is a trace in another format"},
		{"sim/compare", []string{"gateway", "sim/play", "sim/scenario", "sim/recording", "sim/report"}, "two traces are compared as they are"},
		{"sim/record", []string{"sim/report", "sim/replay", "sim/check"}, "a recorder writes down and plays nothing back"},
		{"sim/target", []string{"sim/play", "sim/connector", "sim/scenario", "sim/report", "sim/recording"}, "a target is held by the player and knows nothing of it"},
		{"sim/bridge", []string{"gateway", "sim/connector", "sim/play", "sim/scenario"}, "it passes on what it does not know"},
		{"sim/target/holder", []string{"gateway", "sim/connector", "sim/play", "sim/scenario"}, "it speaks to a program and knows no more"},
		{"sim/target/program", []string{"gateway", "sim/target/driver", "sim/target/holder", "sim/play"}, "it runs commands, whatever they say"},
		{"sim/serve", []string{"sim/replay", "sim/check", "cmd"}, "it plays users and judges nothing"},
		{"sim/ordeal", []string{"gateway", "sim/", "cmd"}, "it holds tests and nothing else"},
		{"sim/play", []string{"sim/report", "sim/recording", "sim/replay"}, "the player knows no formats"},
	} {
		t.Run(c.packages, func(t *testing.T) {
			out, err := exec.Command("go", "list", "-deps", module+c.packages).CombinedOutput()
			if err != nil {
				t.Fatalf("go list: %v\n%s", err, out)
			}
			self := strings.TrimSuffix(c.packages, "/...")
			for dep := range strings.Lines(string(out)) {
				dep, ours := strings.CutPrefix(strings.TrimSpace(dep), module)
				if !ours || dep == self {
					continue
				}
				for _, prefix := range c.never {
					if strings.HasPrefix(dep, prefix) {
						t.Errorf("it depends on %s, but %s", dep, c.why)
					}
				}
			}
		})
	}
}

// The gateway dials and never listens: it calls nothing that would.
func TestGatewayOpensNoPort(t *testing.T) { // DIAL-3
	t.Parallel()
	files := 0
	err := filepath.WalkDir(filepath.Join("..", "..", "gateway"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && (strings.HasPrefix(s.Sel.Name, "Listen") || strings.HasPrefix(s.Sel.Name, "Serve")) {
				t.Errorf("%s: %s", set.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Error("no file was looked at")
	}
}
