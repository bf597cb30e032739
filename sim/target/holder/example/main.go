// Command example is a connector driver: it holds relaysim's own fake connector,
// as a driver of yours holds yours. See PROTOCOL.md beside it.
//
// RELAYSIM_FAULT breaks it on purpose, so that one can see what relaysim says.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// order is one line from relaysim.
type order struct {
	ID        int               `json:"id"`
	Do        string            `json:"do"`
	To        string            `json:"to"`
	Setup     setup             `json:"setup"`
	Event     map[string]any    `json:"event"`
	BufferID  string            `json:"buffer_id"`
	Bot       string            `json:"bot"`
	Body      string            `json:"body"`
	Params    map[string]string `json:"params"`
	Signature string            `json:"signature"`
	Forward   json.RawMessage   `json:"forward"`
	Session   string            `json:"session_key"`
	Chat      string            `json:"chat_id"`
	Messages  [][]byte          `json:"messages"`
	Binary    bool              `json:"binary"`
	Code      int               `json:"code"`
	Reason    string            `json:"reason"`
	Gateway   string            `json:"gateway"`
	Secrets   []string          `json:"secrets"`
	Manual    bool              `json:"manual"`
	Fields    map[string]any    `json:"fields"`
	Status    int               `json:"status"`
	Channel   string            `json:"channel"`
	MS        float64           `json:"ms"`
}

func main() {
	err := run(os.Stdin, os.Stdout, os.Getenv("RELAYSIM_FAULT"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run takes orders until it is told to stop, or its stdin ends.
func run(in io.Reader, out io.Writer, fault string) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	h := &held{fault: fault, out: out}
	defer h.close()
	for lines.Scan() {
		var o order
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.UseNumber() // numbers in events go on as they are written
		if err := d.Decode(&o); err != nil {
			return fmt.Errorf("no order: %w", err)
		}
		if o.Do == "stop" {
			return nil
		}
		answer, err := h.do(context.Background(), &o)
		if answer == nil {
			answer = map[string]any{}
		}
		answer["id"] = o.ID
		switch {
		case errors.Is(err, errDropped):
			answer["dropped"] = true
		case err != nil:
			answer["error"] = err.Error()
		}
		if err := h.print(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}
