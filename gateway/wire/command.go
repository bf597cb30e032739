package wire

// ParsedCommand is a text read as a command.
type ParsedCommand struct {
	Name string // lower case, without / and @bot; "" when the text has no command name
	Args string // what follows the first word, or the whole text when it is no command
}

// ParseCommand reads a text as a command (IN-10). ok says that it is one, if
// only by its slash; a path such as /usr/bin/env is one without a name.
func ParseCommand(text string, rev *Revision) (c ParsedCommand, ok bool) {
	return ParsedCommand{}, false
}

// CommandName returns the name of the command that text is, or "" (IN-10).
func CommandName(text string, rev *Revision) string { return "" }

// CoercePlainCommand returns the command that a plain text in a DM stands for
// (IN-9), or the text as it is.
func CoercePlainCommand(text, chatType string) string { return text }
