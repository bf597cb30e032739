package connector

import "slices"

// notRouted is what the egress guard answers (SC-4). It is the same whoever
// owns the target, so that it does not say.
const notRouted = "target not routed to an onboarded tenant"

// egress says whether an op reaches a platform by chat, and so passes the
// guard. A follow_up goes by its capability's tenant instead (FU-2), and
// get_chat_info only reads: the reference sends no metadata with it.
func egress(op string) bool { return op != "follow_up" && op != "get_chat_info" }

// mayEgress finds the owner of the target by scope, else by author, and lets
// only its own gateways act (SC-4, SEC-3).
func (s *socket) mayEgress(a *action) bool {
	owner := s.c.routes.owner(a.scope, a.user)
	return owner != "" && owner == s.record.Tenant
}

// offers says whether a platform does an op: the newer ones only where they are
// advertised (HS-7). The seed's gateways ask get_chat_info without looking.
func (p *platform) offers(op string) bool {
	switch op {
	case "send", "edit", "typing", "follow_up", "get_chat_info":
		return true
	}
	return slices.Contains(p.ops, op)
}
