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
func ValidCommands(cmds []Command) []Command {
	var valid []Command
	for _, c := range cmds {
		if validCommandName(c.Name) && (c.Options == nil || json.Valid(c.Options)) {
			valid = append(valid, c)
		}
	}
	return valid
}

func validCommandName(name string) bool {
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return 0 < len(name) && len(name) <= 32
}

// AppendHello appends the hello of one identity (HS-1). The manifest must have
// passed ValidCommands; an empty one is left out.
func AppendHello(dst []byte, id Identity, manifest []Command) []byte {
	dst = append(dst, `{"type":"hello","platform":`...)
	dst = appendString(dst, id.Platform)
	dst = append(dst, `,"botId":`...)
	dst = appendString(dst, id.BotID)
	for i, c := range manifest {
		if i == 0 {
			dst = append(dst, `,"command_manifest":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"name":`...)
		dst = appendString(dst, c.Name)
		dst = append(dst, `,"description":`...)
		dst = appendString(dst, c.Description)
		if c.Options != nil {
			dst = append(dst, `,"options":`...)
			dst = appendAny(dst, c.Options) // on one line, whatever its own layout
		}
		dst = append(dst, '}')
	}
	if len(manifest) > 0 {
		dst = append(dst, ']')
	}
	return append(dst, "}\n"...)
}
