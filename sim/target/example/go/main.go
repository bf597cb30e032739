// Command go is a driver, in Go, around the gateway of package gateway: it can
// do everything that the driver protocol has (see PROTOCOL.md). Copy it for a
// gateway in Go of your own; what relaysim's gateway does to be counted and
// clocked is what yours needs to be asked (sync) and to have its time moved
// (clock). Without that, leave both out of can.
//
//	relaysim simulate --gateway 'go run ./sim/target/example/go'
//
// Start reading at driver.handle.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/relaysim/relaysim/gateway"
)

// request is what relaysim writes, of any type.
type request struct {
	Type string          `json:"type"`
	ID   int64           `json:"id"`
	MS   float64         `json:"ms"`
	Turn string          `json:"turn"`
	Text string          `json:"text"`
	Fail string          `json:"error"`
	Call string          `json:"call"`
	Args json.RawMessage `json:"args"`
	start
}

func main() {
	d := &driver{turns: map[string]*turn{}}
	d.renew()
	d.send(map[string]any{
		"type": "hello", "protocol": 1, "name": "relaysim-go-example", "version": "1",
		"revision": []string{"2026-06", "2026-08"}, "can": can, "options": options,
	})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			fmt.Fprintln(os.Stderr, "a line that cannot be read:", err)
			continue
		}
		if r.Type == "stop" {
			break
		}
		if err := d.handle(&r); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", r.Type, err)
		}
	}
	d.kill()
}

var (
	can = []string{
		"sync", "clock", "kill", "reset", "state", "interrupts",
		"send", "edit", "typing", "follow_up", "interrupt", "get_chat_info", "send_media", "prompt", "react",
		"thread_create", "thread_rename", "disconnect", "go_idle", "go_dormant",
	}
	options = []string{
		"back_off", "handshake_timeout", "request_timeout", "max_message", "reconnect", "typing", "commands",
		"group_sessions_per_user", "thread_sessions_per_user", "whatsapp_aliases",
	}
)

// driver holds one gateway. handle is called by one goroutine.
type driver struct {
	world // of the scenario

	gateway *gateway.Gateway
	stop    context.CancelFunc
	lives   sync.WaitGroup

	mu    sync.Mutex
	turns map[string]*turn // Guarded by mu. Those without a reply, by id.
	last  int              // Guarded by mu. Of the ids of turns.
	woken bool             // Guarded by mu.

	writing sync.Mutex // Held while a line is written.
}

// handle does what relaysim says. It waits for nothing but the gateway's rest.
func (d *driver) handle(r *request) error {
	switch r.Type {
	case "start":
		return d.start(&r.start)
	case "call":
		return d.call(r)
	case "reply", "fail":
		return d.end(r)
	case "wake":
		d.mu.Lock()
		defer d.mu.Unlock()
		d.woken = true
		return nil
	case "kill":
		d.kill()
	case "reset":
		d.kill()
		d.renew()
	case "advance":
		d.advance(r.MS)
	case "sync":
	default:
		return errors.New("unknown") // a newer relaysim
	}
	d.synced(r.ID) // sync, kill, reset, advance
	return nil
}

// send writes one message.
func (d *driver) send(m map[string]any) {
	line, err := json.Marshal(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

// kill ends the life, if there is one, without a goodbye.
func (d *driver) kill() {
	if d.stop != nil {
		d.stop()
	}
	d.lives.Wait()
}
