package play

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
)

// Hand does what steps say of the connector's side: what users write and press,
// what providers post, and what the connector does of its own accord. A run has
// one, and so has whoever plays the user of a connector that stays up. Every
// field is required. Any goroutine may use it.
type Hand struct {
	Connector *connector.Connector
	// Platforms are the connector's; the first is meant where a step names none.
	Platforms []connector.Platform
	// Base is the connector's URL, and Client posts to its edge there.
	Base   string
	Client *http.Client
	// Now is the connector's time, for what is signed.
	Now func() time.Time
	// NewID makes an id that begins with prefix, unique in the run.
	NewID func(prefix string) string
	// Gateway is the id of the gateway that a step means; to may be empty.
	Gateway func(to string) (id string, err error)
}

// Done is what came of a step.
type Done struct {
	MessageID string // of a message that a user wrote
	Status    int    // of the edge's answer; 0 where nothing was posted
	Answer    []byte // the edge's
}

// Perform performs a step of the connector's side. An error that is
// connector.ErrDropped says that the connector let it fall, as it may have to.
// A step of the gateway's side is refused.
func (h *Hand) Perform(ctx context.Context, step *scenario.Step) (Done, error) {
	switch {
	case step.Inbound != nil:
		event := Event(step.Inbound, h.Platforms[0].Name, h.source("m"))
		id, _ := event["message_id"].(string)
		return Done{MessageID: id}, h.Connector.Deliver(connector.Delivery{
			To: step.To, Event: event, BufferID: step.Inbound.BufferID,
		})
	case step.Interaction != nil:
		return h.interaction(ctx, step.Interaction)
	case step.Webhook != nil:
		return h.webhook(ctx, step.Webhook)
	case step.Passthrough != nil:
		forward, err := json.Marshal(step.Passthrough.Value)
		if err != nil {
			return Done{}, err
		}
		return Done{}, h.Connector.Forward(step.To, forward)
	case step.Interrupt != nil:
		return Done{}, h.Connector.Interrupt(step.To, step.Interrupt.Session, step.Interrupt.Chat)
	case step.Frame != nil, step.Raw != nil:
		list, binary, err := messages(step)
		if err != nil {
			return Done{}, err
		}
		return Done{}, h.Connector.WriteRaw(step.To, list, binary)
	case step.Connector != nil:
		return Done{}, h.control(step)
	}
	return Done{}, fmt.Errorf("not a step of the connector's side")
}

func (h *Hand) source(prefix string) func() string {
	return func() string { return h.NewID(prefix) }
}

// control is a connector step.
func (h *Hand) control(step *scenario.Step) error {
	c := step.Connector
	switch {
	case c.Close != nil:
		return h.Connector.CloseConn(step.To, c.Close.Code, c.Close.Reason)
	case c.Drop:
		return h.Connector.Drop(step.To)
	case c.Cut != nil:
		return h.Connector.CutAt(connector.Cut{Frame: or(c.Cut.Before, c.Cut.After), After: c.Cut.After != "", Number: c.Cut.Number})
	case c.Revoke, c.Rotate != nil:
		id, err := h.Gateway(step.To)
		if err != nil {
			return err
		}
		if c.Revoke {
			return h.Connector.Revoke(id)
		}
		return h.Connector.RotateSecrets(id, c.Rotate)
	case c.Deprovision:
		id, err := h.Gateway(step.To)
		if err != nil {
			return err
		}
		return h.Connector.Deprovision(id)
	case c.Kill, c.Restart, c.Instance != "":
		return errors.New("only the connector of a scenario has lives and instances")
	case c.Results != "":
		h.Connector.SetManualResults(c.Results == manual)
	case c.Handshake != "":
		h.Connector.SetManualHandshake(c.Handshake == manual)
	case c.Descriptor != nil:
		return h.Connector.SetDescriptor("", c.Descriptor)
	default:
		h.Connector.RefuseUpgrades(step.To, c.Refuse)
	}
	return nil
}

// messages are those of a frame or raw step.
func messages(step *scenario.Step) (list [][]byte, binary bool, err error) {
	if step.Frame != nil {
		line, err := frameLine(step.Frame.Value)
		return [][]byte{line}, false, err
	}
	for _, m := range step.Raw.Messages {
		list = append(list, []byte(m))
	}
	for _, m := range step.Raw.Base64 {
		b, err := base64.StdEncoding.DecodeString(m)
		if err != nil {
			return nil, false, fmt.Errorf("raw.base64: %w", err)
		}
		list = append(list, b)
	}
	return list, step.Raw.Binary, nil
}

// frameLine is an object as one line. What a person wrote stays as it is: < > &
// are not escaped.
func frameLine(object any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b) // ends the line
	e.SetEscapeHTML(false)
	if err := e.Encode(object); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
