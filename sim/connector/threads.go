package connector

import (
	"cmp"
	"unicode/utf8"
)

// maxThreadName is in characters (TH-1).
const maxThreadName = 100

func (s *socket) threadCreate(a *action) result {
	name := cmp.Or(a.threadName, "handoff")
	if utf8.RuneCountInString(name) > maxThreadName {
		return refuse("thread_name is too long")
	}
	id := s.c.newID()
	if !s.c.chats.addThread(id, thread{name: name, tenant: s.record.Tenant}) {
		return refuse("too many threads")
	}
	return result{threadID: id}
}

// threadRename leaves a name that a human has given in place (TH-2).
func (s *socket) threadRename(a *action) result {
	if a.threadName == "" || utf8.RuneCountInString(a.threadName) > maxThreadName {
		return refuse("thread_name is missing or too long")
	}
	if why := s.c.chats.renameThread(a, s.record.Tenant); why != "" {
		return refuse(why)
	}
	return result{}
}
