package gateway

import "strings"

// fault is what kind of failure an error text tells of. The contract knows
// nothing but the text (OUT-2), so it is all there is to go by.
type fault int

const (
	otherFault   fault = iota
	networkFault       // on the way: worth trying again
	timeoutFault       // may have arrived: trying again could say it twice
)

// faultOf tells what kind of failure an error text is (OUT-10).
func faultOf(text string) fault {
	if text == textLost {
		return networkFault
	}
	// Spelled in many ways: ConnectTimeout, connect timeout, ECONNRESET.
	t := strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(text))
	switch {
	case containsAny(t, "connecttimeout", "connecttimedout"):
		return networkFault // before the request was sent
	case containsAny(t, "timedout", "timeout"):
		return timeoutFault
	case containsAny(t, "network", "connecterror", "connectionerror", "connectionreset", "connectionrefused",
		"econnreset", "econnrefused", "brokenpipe", "remotedisconnected", "eoferror", "notconnected"):
		return networkFault
	}
	return otherFault
}

func containsAny(s string, subs ...string) bool {
	for _, sub := range subs {
		if strings.Contains(s, sub) {
			return true
		}
	}
	return false
}
