package recording_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

var update = flag.Bool("update", false, "write the golden files")

// TestReaderBadInput reads each bad file and compares what is said of it.
func TestReaderBadInput(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/bad: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := said(bytes.NewReader(data), filepath.Base(file))
			golden := strings.TrimSuffix(file, ".jsonl") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// said reads a recording and writes down what came of it.
func said(r io.Reader, file string) string {
	var b strings.Builder
	rec := recording.NewReader(r, file)
	lines, err := readAll(rec)
	for _, w := range rec.Warnings() {
		fmt.Fprintf(&b, "warning: %v\n", w)
	}
	if err != nil {
		fmt.Fprintf(&b, "error: %v\n", err)
	}
	fmt.Fprintf(&b, "%d lines read\n", len(lines))
	return b.String()
}

func readAll(rec *recording.Reader) ([]*recording.Line, error) {
	var lines []*recording.Line
	for {
		l, err := rec.Next()
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return lines, err
		}
		lines = append(lines, l)
	}
}

// TestReaderSpellings reads one message in every way it may be written.
func TestReaderSpellings(t *testing.T) {
	for _, tt := range []struct {
		name, line, data string
		binary           bool
	}{
		{"frame", `"frame":{"a":  1}`, "{\"a\":  1}\n", false},
		{"text", `"text":"{\"a\": 1}\n"`, "{\"a\": 1}\n", false},
		{"half a line", `"text":"{\"a\""`, `{"a"`, false},
		{"binary text", `"text":"{}\n","binary":true`, "{}\n", true},
		{"base64", `"base64":"e30K"`, "{}\n", true},
		{"text that is no UTF-8", `"base64":"/w==","binary":false`, "\xff", false},
		{"empty", `"text":""`, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := "{\"kind\":\"header\",\"recording\":1}\n" +
				`{"seq":1,"at":1.5,"conn":2,"kind":"frame","from":"connector",` + tt.line + "}\n"
			lines, err := readAll(recording.NewReader(strings.NewReader(file), "x.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			o := lines[1].Observation
			if got := string(o.Data); got != tt.data || o.Binary != tt.binary {
				t.Errorf("got %q, binary %v, want %q, %v", got, o.Binary, tt.data, tt.binary)
			}
			if o.From != trace.Connector || o.Conn != 2 || o.At.Seconds() != 1.5 || lines[1].Number != 2 {
				t.Errorf("got %+v on line %d", o, lines[1].Number)
			}
		})
	}
}

func TestReaderLongLine(t *testing.T) {
	file := "{\"kind\":\"header\",\"recording\":1}\n{\"kind\":\"" + strings.Repeat("0", recording.MaxLine)
	_, err := readAll(recording.NewReader(strings.NewReader(file), "x.jsonl"))
	if want := "x.jsonl:2: the line is longer than 16777216 bytes"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestReaderBrokenSource ends with what the source returned, again and again.
func TestReaderBrokenSource(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, head := range []string{"", "{\"kind\":\"header\",\"recording\":1}\n"} {
		rec := recording.NewReader(io.MultiReader(strings.NewReader(head), iotest.ErrReader(broken)), "x.jsonl")
		_, err := readAll(rec)
		if p := (*recording.Problem)(nil); !errors.Is(err, broken) || !errors.As(err, &p) {
			t.Errorf("after %q: got %v", head, err)
		}
		if _, again := rec.Next(); again != err {
			t.Errorf("got %v, then %v", err, again)
		}
	}
}

// TestReaderCaptures reads every recording the project has without a word.
func TestReaderCaptures(t *testing.T) {
	files, err := filepath.Glob("../../recordings/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rec := recording.NewReader(bytes.NewReader(data), filepath.Base(file))
		lines, err := readAll(rec)
		if err != nil || len(rec.Warnings()) > 0 || len(lines) != bytes.Count(data, []byte("\n")) {
			t.Errorf("%s: %d lines, %v, %v", file, len(lines), rec.Warnings(), err)
		}
	}
}
