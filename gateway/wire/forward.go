package wire

// Forward is a provider's HTTP request as the connector passed it on (PT-1).
type Forward struct {
	Platform, BotID string
	Method, Path    string
	Headers         [][2]string // order and duplicates kept (PT-3)
	Body            []byte      // the exact bytes; empty when malformed (PT-2)
	Profile         string      // "" = absent
}

// DecodeForward decodes a passthrough_forward frame's forward. Anything that
// is not an object is an error (PT-6).
func DecodeForward(raw []byte) (*Forward, error) { return nil, ErrMalformed }
