package session_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coder/quartz"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// BenchmarkTurnOnDisk is what a turn costs its session store: it is kept when it
// begins and when it ends. bare is writing the same lines of a transcript, and
// no more.
func BenchmarkTurnOnDisk(b *testing.B) {
	for _, sessions := range []int{1, 1_000, 10_000} {
		b.Run(fmt.Sprint(sessions), func(b *testing.B) {
			disk, err := session.NewDisk(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			store, err := session.NewStore(session.Options{Clock: quartz.NewReal(), Keeper: disk})
			if err != nil {
				b.Fatal(err)
			}
			if err := store.Open(); err != nil {
				b.Fatal(err)
			}
			src := &wire.Source{Platform: "discord", ChatType: "dm", ChatName: "general"}
			for i := range sessions {
				store.Use(fmt.Sprintf("agent:main:discord:group:C%d:U1", i), src)
			}
			if err := store.Save(); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				e, _ := store.Begin("agent:main:discord:group:C0:U1", src, session.Message{Text: "hi there"})
				if err := store.Save(); err != nil {
					b.Fatal(err)
				}
				store.Succeed(&e, "you said hi there")
				if err := store.Save(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(bareWrite(b, 100)), "x-bare")
			if err := store.Close(); err != nil {
				b.Fatal(err)
			}
			_ = store.Release()
		})
	}
}

// bareWrite times two appended lines to a file, opened and closed for each.
func bareWrite(b *testing.B, n int) time.Duration {
	path, line := filepath.Join(b.TempDir(), "bare"), make([]byte, 100)
	begun := time.Now()
	for range 2 * n {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := f.Write(line); err != nil {
			b.Fatal(err)
		}
		_ = f.Close()
	}
	return time.Since(begun) / time.Duration(n)
}
