package wire

// Identity is one bot that a gateway fronts.
type Identity struct{ Platform, BotID string }
type Command struct{}
type Event struct{}
type Action struct{}
type Result struct{}
