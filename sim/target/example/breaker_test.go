package example

import (
	"fmt"
	"maps"
)

// What breakers do.

func always(_ *wrapper, m object) []object { return []object{m} }

// action sets a member of every send and follow_up; nil takes it away.
func action(path string, v any) func(*wrapper, object) []object {
	return func(_ *wrapper, f object) []object {
		if op := at(f, "action.op"); op == "send" || op == "follow_up" {
			set(f, "action."+path, v)
		}
		return []object{f}
	}
}

// frames sets a member of every frame of a type.
func frames(typ, name string, v any) func(*wrapper, object) []object {
	return func(_ *wrapper, f object) []object {
		if f["type"] == typ {
			f[name] = v
		}
		return []object{f}
	}
}

func without(typ string) func(*wrapper, object) []object {
	return func(_ *wrapper, f object) []object {
		if f["type"] == typ {
			return nil
		}
		return []object{f}
	}
}

func twice(typ string) func(*wrapper, object) []object {
	return func(_ *wrapper, m object) []object {
		if m["type"] == typ {
			return []object{m, m}
		}
		return []object{m}
	}
}

// turns changes the session keys that are reported.
func turns(change func(string) string) func(*wrapper, object) []object {
	return func(_ *wrapper, m object) []object {
		if m["type"] == "turn" {
			m["session_key"] = change(m["session_key"].(string))
		}
		return []object{m}
	}
}

func texts(change func(string) string) func(*wrapper, object) []object {
	return func(_ *wrapper, m object) []object {
		if text, ok := at(m, "event.text").(string); ok {
			set(m, "event.text", change(text))
		}
		return []object{m}
	}
}

func deadReader(w *wrapper, f object) []object {
	if f == nil {
		w.count++
	}
	if w.count > 0 {
		return nil
	}
	return []object{f}
}

func secretKept(w *wrapper, m object) []object {
	if m["type"] == "start" {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.kept = maps.Clone(m)
	}
	return []object{m}
}

func secretEchoed(w *wrapper, f object) []object {
	w.mu.Lock()
	defer w.mu.Unlock()
	f["debug"] = w.kept["secret"]
	return []object{f}
}

// replyKept keeps a send, to write it again.
func replyKept(w *wrapper, f object) []object { return kept(w, f, "send") }

func typingKept(w *wrapper, f object) []object { return kept(w, f, "typing") }

func kept(w *wrapper, f object, op string) []object {
	if at(f, "action.op") == op {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.kept = maps.Clone(f)
	}
	return []object{f}
}

// retriedLate writes the reply again when its call has failed.
func retriedLate(w *wrapper, m object) []object { return again(w, m, "late", 3) }

// typingForever writes typing after each answer of the gateway.
func typingForever(w *wrapper, m object) []object { return again(w, m, "typing", 1) }

// again writes what is kept once more, with an id of its own, when the gateway
// has answered often enough that it had time to.
func again(w *wrapper, m object, id string, after int) []object {
	if m["type"] != "synced" {
		return []object{m}
	}
	w.mu.Lock()
	f := w.kept
	if f != nil {
		w.count++
	}
	n := w.count
	w.mu.Unlock()
	if f != nil && n > after && n < after+20 {
		f = maps.Clone(f)
		f["requestId"] = fmt.Sprint(id, n)
		w.send(f)
	}
	return []object{m}
}

func neverAgain(_ *wrapper, m object) []object {
	if m["type"] == "start" {
		set(m, "options.reconnect", false)
	}
	return []object{m}
}

// noAuthor takes the author away from typing.
func noAuthor(_ *wrapper, f object) []object {
	if at(f, "action.op") == "typing" {
		set(f, "action.metadata.user_id", nil)
	}
	return []object{f}
}

// quietly has nothing said of a failure of the agent.
func quietly(_ *wrapper, m object) []object {
	if m["type"] == "fail" {
		m["type"], m["text"] = "reply", ""
	}
	return []object{m}
}

// padded makes a reply of an empty one.
func padded(_ *wrapper, m object) []object {
	if m["type"] == "reply" {
		m["text"] = "…" + m["text"].(string)
	}
	return []object{m}
}

func firstHello(w *wrapper, f object) []object {
	if f["type"] == "hello" {
		if w.count++; w.count > 1 {
			return nil
		}
	}
	return []object{f}
}

func noLimit(_ *wrapper, f object) []object {
	if f["type"] == "descriptor" {
		set(f, "descriptor.max_message_length", 100_000)
	}
	return []object{f}
}
