package connector

// thread is one that a gateway has had made. Its name is what users see.
type thread struct{ name, tenant string }

// maxThreads bounds them.
const maxThreads = 4096

func (c *chats) addThread(id string, t thread) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.threads) == maxThreads {
		return false
	}
	c.threads[id] = &t
	return true
}

// renameThread says why it did not; empty when it did. Every thread it knows
// was made by the connector, so only_if_connector_created always holds (TH-2).
func (c *chats) renameThread(a *action, tenant string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.threads[a.messageID]
	switch {
	case t == nil || t.tenant != tenant:
		return "unknown thread"
	case a.onlyIfName != nil && *a.onlyIfName != t.name:
		return "the thread has been renamed"
	}
	t.name = a.threadName
	return ""
}
