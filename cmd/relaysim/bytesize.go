package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// byteSize is a flag such as 100MB, in bytes.
type byteSize int64

var units = []struct {
	name string
	size float64
}{{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// Set implements pflag.Value.
func (b *byteSize) Set(s string) error {
	number, factor := s, 1.0
	for _, u := range units {
		if short, ok := strings.CutSuffix(strings.ToLower(s), strings.ToLower(u.name)); ok {
			number, factor = short, u.size
			break
		}
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || !(n*factor >= 1 && n*factor < 1<<60) {
		return errors.New("no size")
	}
	*b = byteSize(n * factor)
	return nil
}

// String implements pflag.Value.
func (b *byteSize) String() string {
	if *b == 0 {
		return "" // no default to speak of
	}
	return sizeText(int64(*b))
}

// Type implements pflag.Value.
func (*byteSize) Type() string { return "size" }

// sizeText is a number of bytes for people.
func sizeText(n int64) string {
	for _, u := range units {
		if float64(n) >= u.size && u.size > 1 {
			return fmt.Sprintf("%.1f %s", float64(n)/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}
