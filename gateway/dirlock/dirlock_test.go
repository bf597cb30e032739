//go:build unix

package dirlock_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/relaysim/relaysim/gateway/dirlock"
)

func TestOneAtATime(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	first, err := dirlock.Take(folder)
	if err != nil {
		t.Fatal(err)
	}
	_, err = dirlock.Take(folder)
	if !errors.Is(err, dirlock.ErrHeld) || !strings.Contains(err.Error(), folder) {
		t.Errorf("got %v, want that %s is held", err, folder)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	second, err := dirlock.Take(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Release(); err != nil {
		t.Fatal(err)
	}
}
