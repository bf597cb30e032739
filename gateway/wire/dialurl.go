package wire

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// relayPath is where the connector mounts the WebSocket (DIAL-2).
const relayPath = "/relay"

// DialURL turns the configured base URL into the one to dial (DIAL-1):
// https becomes wss and http ws, slashes at the end go, /relay comes unless it
// is the ending already. Applying it twice changes nothing. A base that no one
// could dial is an error, which never holds the URL: it may hold a password.
func DialURL(base string) (string, error) {
	dial := strings.TrimRight(strings.TrimSpace(base), "/")
	if rest, ok := strings.CutPrefix(dial, "https://"); ok {
		dial = "wss://" + rest
	} else if rest, ok := strings.CutPrefix(dial, "http://"); ok {
		dial = "ws://" + rest
	}
	if !strings.HasSuffix(dial, relayPath) {
		dial += relayPath
	}
	if err := dialable(dial); err != nil {
		return "", fmt.Errorf("relay URL: %w, want such as https://relay.example (DIAL-1)", err)
	}
	return dial, nil
}

// dialable says what keeps a URL from being dialled.
func dialable(dial string) error {
	u, err := url.Parse(dial)
	if err != nil {
		return errors.New("not a URL") // the parser's error quotes pieces of it
	}
	switch u.Scheme {
	case "ws", "wss", "http", "https": // the last two spelled in capitals
	default:
		return fmt.Errorf("scheme %q cannot be dialled", u.Scheme)
	}
	if u.Hostname() == "" {
		return errors.New("no host")
	}
	return nil
}
