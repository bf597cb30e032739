package match

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// decimal is a number of any size without loss: 0.digits × 10^exp. It does not
// write the power out, so 1e999999999 costs nothing.
type decimal struct {
	negative bool
	digits   string // without zeros at either end; empty for zero
	exp      int64
}

// number reads a JSON number, or one of Go's.
func number(v any) (decimal, bool) {
	switch v := v.(type) {
	case json.Number:
		return decimalOf(string(v))
	case int:
		return decimalOf(strconv.Itoa(v))
	case int64, float64, uint64, int32:
		return decimalOf(fmt.Sprint(v))
	}
	return decimal{}, false
}

// decimalOf reads the text of a number as JSON writes it. A text that is not
// one is not ok.
func decimalOf(s string) (d decimal, ok bool) {
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" || !json.Valid([]byte(s)) {
		return decimal{}, false
	}
	s, d.negative = strings.CutPrefix(s, "-")
	mantissa, power := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, power = s[:i], s[i+1:]
	}
	if power != "" {
		exp, err := strconv.ParseInt(power, 10, 32)
		if err != nil {
			return decimal{}, false // a power beyond 2^31: no number anyone counts with
		}
		d.exp = exp
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	d.exp += int64(len(whole))
	digits := whole + fraction
	trimmed := strings.TrimLeft(digits, "0")
	d.exp -= int64(len(digits) - len(trimmed))
	d.digits = strings.TrimRight(trimmed, "0")
	if d.digits == "" {
		d = decimal{} // -0 is 0
	}
	return d, true
}

func (d decimal) compare(e decimal) int {
	switch {
	case d.digits == "" || e.digits == "" || d.negative != e.negative:
		return cmp.Compare(d.sign(), e.sign())
	case d.negative:
		d, e = e, d
	}
	return cmp.Or(cmp.Compare(d.exp, e.exp), strings.Compare(d.digits, e.digits))
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// sameNumber compares two numbers by value. What is no number is equal to none.
func sameNumber(a, b any) bool {
	if x, ok := a.(json.Number); ok {
		if y, ok := b.(json.Number); ok && x == y {
			return true
		}
	}
	x, ok := number(a)
	y, ok2 := number(b)
	return ok && ok2 && x == y
}
