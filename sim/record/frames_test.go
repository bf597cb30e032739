package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// heard writes down what the frames came to.
type heard struct{ strings.Builder }

func (h *heard) message(data []byte, binary bool) { fmt.Fprintf(h, "message %v %q\n", binary, data) }
func (h *heard) closing(code int, reason string)  { fmt.Fprintf(h, "close %d %q\n", code, reason) }
func (h *heard) odd(what string)                  { fmt.Fprintf(h, "odd %s\n", what) }

// FuzzFrames wants any bytes, in any pieces, to come to what they come to in
// one piece, and the ends of frames to be where they are.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x81\x02hi\x88\x02\x03\xe8"), uint16(1))
	f.Add([]byte("\x01\x81abcd\x00\x89\x00\x80\x00"), uint16(3))
	f.Add([]byte("\x82\x7e\x00\x05hello\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff"), uint16(2))
	f.Add([]byte("\xc1\x01a\x83\x00\x80\x00"), uint16(7))
	f.Fuzz(func(t *testing.T, b []byte, size uint16) {
		n := max(1, int(size)%97)
		var whole, pieces heard
		var one, many frames
		end := one.feed(bytes.Clone(b), &whole)
		last := -1
		for i := 0; i < len(b); i += n {
			if e := many.feed(bytes.Clone(b[i:min(i+n, len(b))]), &pieces); e >= 0 {
				last = i + e
			}
		}
		if whole.String() != pieces.String() || end != last || one.between() != many.between() {
			t.Errorf("in one piece, to %d:\n%sin pieces of %d, to %d:\n%s", end, &whole, n, last, &pieces)
		}
		if one.between() != (end == len(b) || len(b) == 0) {
			t.Errorf("between frames: %v, at %d of %d", one.between(), end, len(b))
		}
	})
}

func TestUnmask(t *testing.T) {
	key := [4]byte{1, 2, 3, 4}
	for n := range 40 {
		plain := bytes.Repeat([]byte{0x55}, n)
		want := make([]byte, n)
		for i := range want {
			want[i] = plain[i] ^ key[i%4]
		}
		for cut := 0; cut <= n; cut++ {
			got := bytes.Clone(plain)
			next := unmask(got[:cut], binary.LittleEndian.Uint32(key[:]))
			unmask(got[cut:], next)
			if !bytes.Equal(got, want) {
				t.Fatalf("%d bytes cut at %d: got %x, want %x", n, cut, got, want)
			}
		}
	}
}
