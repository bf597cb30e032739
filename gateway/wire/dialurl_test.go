package wire_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/wire"
)

// dialled is the URL that a case asks to dial. The error is the test's own.
func dialled(c golden.Case) (got string, refused, err error) {
	var in struct{ Fn, URL string }
	if err := json.Unmarshal(c.In, &in); err != nil {
		return "", nil, err
	}
	if in.Fn != "dial" {
		return "", nil, errors.New("not a case of DialURL")
	}
	got, refused = wire.DialURL(in.URL)
	return got, refused, nil
}

func TestDialURLGolden(t *testing.T) { // DIAL-1
	exceptions := []golden.Exception{{
		Cases: "provision .*", Why: "the provisioning URL belongs to PROV-1, which this package has no part in",
	}, {
		Cases: "dial ('|'   |'h|'h:9|'/relay|'//h/relay|'https://|'ftp://h)'|dial null",
		Rule:  "DIAL-1", Why: "a base URL without a scheme that can be dialled, or without a host, is a mistake to report at once",
		Instead: func(c golden.Case) error {
			got, refused, err := dialled(c)
			if err == nil && refused == nil {
				err = errors.New("got " + got + ", want an error")
			}
			return err
		},
	}}
	golden.Run(t, "testdata/dial_urls.json", exceptions, func(c golden.Case) error {
		got, refused, err := dialled(c)
		if err = errors.Join(err, refused); err != nil {
			return err
		}
		var want string
		if err := json.Unmarshal(c.Out, &want); err != nil {
			return err
		}
		return differ(want, got)
	})
}

func TestDialURLErrorHidesThePassword(t *testing.T) {
	for _, base := range []string{"https://ada:swordfish/@h", "ftp://ada:swordfish@h", "https://ada:swordfish@", "https://ada:swordfish@h\x7f"} {
		if _, err := wire.DialURL(base); err == nil || strings.Contains(err.Error(), "swordfish") {
			t.Errorf("DialURL(%q): error %v, want one that does not quote the URL", base, err)
		}
	}
}

func TestDialURLIdempotent(t *testing.T) { // DIAL-1
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"http://", "https://", "ws://", "wss://", "h", ":8080", "/", "relay", "/relay", " ", "?x=1", "é", "user:pw@"})
		base := strings.Join(rapid.SliceOfN(part, 1, 8).Draw(t, "base"), "")
		once, err := wire.DialURL(base)
		if err != nil {
			return
		}
		if twice, err := wire.DialURL(once); err != nil || twice != once {
			t.Fatalf("DialURL(%q) = %q, but DialURL of that = %q, %v", base, once, twice, err)
		}
		if !strings.HasSuffix(once, "/relay") {
			t.Fatalf("DialURL(%q) = %q, want /relay at the end", base, once)
		}
	})
}
