package wire

import "encoding/json"

// Identity is one bot that a gateway fronts.
type Identity struct{ Platform, BotID string }

// Command is one entry of the command manifest that Discord's hello may carry (MP-5).
type Command struct {
	Name, Description string
	Options           json.RawMessage // as Discord wants them; nil means none
}

// ValidCommands returns the commands that may be declared; the others are
// dropped one by one (MP-5).
func ValidCommands(cmds []Command) []Command { return nil }

// AppendHello appends the hello of one identity (HS-1). The manifest must have
// passed ValidCommands; an empty one is left out.
func AppendHello(dst []byte, id Identity, manifest []Command) []byte { return dst }
