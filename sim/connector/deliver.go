package connector

import (
	"errors"
	"fmt"
	"maps"
)

// ErrDropped is wrapped by what Deliver and Interrupt return when nothing was
// sent because nobody may have it or nobody is there. The trace has a note that
// says why.
var ErrDropped = errors.New("dropped")

// Delivery is one inbound event on its way to a gateway.
type Delivery struct {
	// To is the gateway meant, among those of the owning tenant. Empty lets the
	// connector choose.
	To string
	// Event is the event as a JSON object. It is not changed; the scope of its
	// source is written under both keys (IN-4).
	Event map[string]any
	// BufferID makes it look like a buffered delivery, where its gateway is there.
	// Empty leaves that to the connector.
	BufferID string
}

// Deliver shows an event in its chat and routes it to an instance of the tenant
// that owns its scope, else its author (SEC-3).
func (c *Connector) Deliver(d Delivery) error {
	raw, _ := d.Event["source"].(map[string]any)
	src := sourceOf(raw)
	tenant := c.routes.owner(src.scope, src.author)
	c.show(d.Event, src, tenant)
	t, err := c.choose(tenant, d.To, src, remarkOf(d.Event, raw, c.platforms.bot(src.platform)))
	if err != nil {
		return c.drop(d.To, "inbound", err)
	}
	b := append(make([]byte, 0, 512), `{"type":"inbound","event":`...)
	b = appendJSON(b, bothScopes(d.Event, raw, src.scope))
	b = append(b, "}\n"...)
	if d.BufferID != "" && t.socket != nil {
		err = t.socket.write(withBufferID(b, d.BufferID), false)
	} else {
		err = t.instance.deliver(b, t.socket)
	}
	if err != nil {
		return c.drop(d.To, "inbound", err)
	}
	return nil
}

// show puts what a user wrote into the chat model.
func (c *Connector) show(event map[string]any, src source, tenant string) {
	if src.chatID == "" {
		return
	}
	c.chats.seenOn(src.chatID, src.platform)
	id, _ := event["message_id"].(string)
	text, _ := event["text"].(string)
	replyTo, _ := event["reply_to_message_id"].(string)
	c.chats.add(src.chatID, message{
		MessageView: MessageView{ID: id, From: src.author, Name: src.name, Text: text, ReplyTo: replyTo, ThreadID: src.thread},
		tenant:      tenant,
	})
}

// bothScopes is the event with its scope under both keys, those of the seed and
// of 2026-08, where the source has one.
func bothScopes(event, src map[string]any, scope string) map[string]any {
	if scope == "" || src["guild_id"] != nil && src["scope_id"] != nil {
		return event
	}
	src = maps.Clone(src)
	src["guild_id"], src["scope_id"] = scope, scope
	event = maps.Clone(event)
	event["source"] = src
	return event
}

// drop notes that nothing was sent, and why.
func (c *Connector) drop(peer, what string, why error) error {
	c.note(peer, what+" dropped: "+why.Error())
	return fmt.Errorf("%s %w: %w", what, ErrDropped, why)
}
