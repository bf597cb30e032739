// Package bustest is the test that every bus.Bus must pass.
package bustest

import (
	"fmt"
	"testing"
	"time"

	"github.com/relaysim/relaysim/sim/connector/bus"
)

// inbox is what a member has got.
type inbox chan string

func (i inbox) take(tenant string, message []byte) { i <- tenant + " " + string(message) }

func (i inbox) want(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-i:
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("%q does not come", want)
	}
}

// Test tests one bus, on which nobody else is.
func Test(t *testing.T, b bus.Bus) { // BUS-1
	in := []inbox{make(inbox, 100), make(inbox, 100), make(inbox, 100)}
	var members []bus.Member
	for _, i := range in {
		members = append(members, b.Join(i.take, func() {}))
	}
	publish := func(m int, tenant, message string) {
		t.Helper()
		if err := members[m].Publish(tenant, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 20 { // in the order of the publisher
		publish(0, "a", fmt.Sprint(n))
	}
	for n := range 20 {
		in[1].want(t, fmt.Sprint("a ", n))
		in[2].want(t, fmt.Sprint("a ", n))
	}
	publish(1, "b:c *", "{\"x\":\"\\n\"}\nline two")
	in[0].want(t, "b:c * {\"x\":\"\\n\"}\nline two") // and of its own, none
	in[2].want(t, "b:c * {\"x\":\"\\n\"}\nline two")

	members[2].Leave()
	publish(0, "a", "after")
	in[1].want(t, "a after")
	members[1].Leave()
	members[0].Leave()
	for n, i := range in {
		if len(i) > 0 {
			t.Errorf("member %d has got %q as well", n, <-i)
		}
	}
}
