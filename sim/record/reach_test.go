package record_test

import (
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/relaysim/relaysim/sim/record"
)

// TestReachWhoHangsUp: some servers end a connection that is no upgrade without a
// word. They are there.
func TestReachWhoHangsUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 1024))
			c.Close()
		}
	})
	base := &url.URL{Scheme: "http", Host: l.Addr().String()}
	if err := record.Reach(t.Context(), base, nil); err != nil {
		t.Errorf("somebody is there: %v", err)
	}
	l.Close()
	serving.Wait()
	if err := record.Reach(t.Context(), base, nil); err == nil {
		t.Error("nobody is there any more")
	}
}
