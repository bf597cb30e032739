package wire_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/wire"
)

// split feeds the messages to a Splitter and returns the lines it found.
func split(max int, messages ...string) ([]string, error) {
	s := wire.NewSplitter(max)
	var lines []string
	for _, m := range messages {
		buf := []byte(m)
		s.Feed(buf)
		for s.Next() {
			lines = append(lines, string(s.Line()))
		}
		clear(buf) // the message is the caller's again: the tail must be a copy
	}
	return lines, s.Err()
}

func TestSplitter(t *testing.T) { // FR-1, FR-8
	for _, tt := range []struct {
		name     string
		messages []string
		max      int
		want     []string
		err      error
	}{
		{name: "one line", messages: []string{"a\n"}, want: []string{"a"}},
		{name: "several lines in one message", messages: []string{"a\nb\nc\n"}, want: []string{"a", "b", "c"}},
		{name: "a line over three messages", messages: []string{"ab", "c", "d\n"}, want: []string{"abcd"}},
		{name: "the newline comes alone", messages: []string{"ab", "\n"}, want: []string{"ab"}},
		{name: "an unfinished line is not given", messages: []string{"a\nb"}, want: []string{"a"}},
		{name: "a tail, a line and a tail", messages: []string{"a", "b\nc\nd", "e\n"}, want: []string{"ab", "c", "de"}},
		{name: "blank lines are skipped", messages: []string{"\n", " \t\r\n", "a\n", "\n\n"}, want: []string{"a"}},
		{name: "a blank tail is skipped", messages: []string{" ", "\t\n", "a\n"}, want: []string{"a"}},
		{name: "a carriage return is space", messages: []string{"a\r\n"}, want: []string{"a\r"}},
		{name: "only \\n ends a line", messages: []string{"a\u2028b\u0085c\x0cd\n"}, want: []string{"a\u2028b\u0085c\x0cd"}},
		{name: "an empty message", messages: []string{"a", "", "b\n"}, want: []string{"ab"}},
		{name: "as long as allowed", max: 3, messages: []string{"abc\nab", "c\n"}, want: []string{"abc", "abc"}},
		{name: "too long at once", max: 3, messages: []string{"ab\nabcd\nab\n"}, want: []string{"ab"}, err: wire.ErrLineTooLong},
		{name: "too long together", max: 3, messages: []string{"ab", "cd\n"}, err: wire.ErrLineTooLong},
		{name: "too long without an end", max: 3, messages: []string{"ab", "cd"}, err: wire.ErrLineTooLong},
		{name: "nothing after too long", max: 3, messages: []string{"abcd", "\na\n"}, err: wire.ErrLineTooLong},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.max == 0 {
				tt.max = 1 << 20
			}
			got, err := split(tt.max, tt.messages...)
			if !slices.Equal(got, tt.want) || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// FuzzSplitter: the lines are what was between the newlines, however the
// input was cut into messages.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("a\nb\n\nc"), 1, 3)
	f.Add([]byte("\r\n \n{}\n"), 2, 2)
	f.Add([]byte("\n"), 0, 0)
	f.Fuzz(func(t *testing.T, input []byte, cut1, cut2 int) {
		var want []string
		whole := strings.Split(string(input), "\n")
		for _, line := range whole[:len(whole)-1] {
			if strings.Trim(line, " \t\r") != "" {
				want = append(want, line)
			}
		}
		at := func(cut, n int) int { return max(0, min(n, cut)) }
		i := at(cut1, len(input))
		j := i + at(cut2, len(input)-i)
		got, err := split(len(input), string(input[:i]), string(input[i:j]), string(input[j:]))
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("cut at %d and %d: got %q, %v, want %q", i, j, got, err, want)
		}
		for _, line := range got {
			if bytes.ContainsRune([]byte(line), '\n') {
				t.Fatalf("a newline in %q", line)
			}
		}
	})
}
