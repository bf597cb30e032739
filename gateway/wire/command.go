package wire

import (
	"slices"
	"strings"
	"unicode"
)

// ParsedCommand is a text read as a command.
type ParsedCommand struct {
	Name string // lower case, without / and @bot; "" when the text has no command name
	Args string // what follows the first word, or the whole text when it is no command
}

// ParseCommand reads a text as a command (IN-10). ok says that it is one, if
// only by its slash; a path such as /usr/bin/env is one without a name.
func ParseCommand(text string, rev *Revision) (c ParsedCommand, ok bool) {
	begin := text
	if rev.SpacedCommands {
		begin = strings.TrimLeftFunc(text, unicode.IsSpace)
	}
	if !strings.HasPrefix(begin, "/") {
		return ParsedCommand{Args: text}, false
	}
	word, rest := cutWord(begin)
	word = word[1:]
	c.Args = plainDashes.Replace(rest)
	if !strings.Contains(word, "/") {
		name, _, _ := strings.Cut(word, "@")
		c.Name = strings.ToLower(name)
	}
	return c, true
}

// plainDashes undoes what phones make of - and -- in a command's arguments.
var plainDashes = strings.NewReplacer("——", "--", "—", "--", "–", "-")

// cutWord splits s after its first word, and drops the space between the word
// and the rest and the space at the end.
func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeftFunc(s[i:], unicode.IsSpace)
}

// KnownCommand says whether the gateway has a command of this name, so that it
// is answered at once even in a busy session (TURN-3).
func KnownCommand(name string, rev *Revision) bool {
	switch name {
	case "agents", "approve", "background", "bg", "blueprint", "bp", "branch", "btw", "bundles",
		"codex-runtime", "codex_runtime", "commands", "compress", "curator", "debug", "deny", "fast",
		"footer", "fork", "goal", "help", "insights", "kanban", "memory", "model", "new",
		"personality", "platform", "profile", "q", "queue", "reasoning", "reload-mcp",
		"reload-skills", "reload_mcp", "reload_skills", "reset", "restart", "resume", "retry",
		"rollback", "sessions", "set-home", "sethome", "start", "status", "steer", "stop", "subgoal",
		"suggest", "suggestions", "tasks", "title", "topic", "undo", "update", "usage", "v",
		"version", "voice", "whoami", "yolo":
		return true
	}
	return slices.Contains(rev.Commands, name)
}

// CancelsTurn says whether the command of this name cancels the turn that runs
// in its session (TURN-3).
func CancelsTurn(name string) bool {
	return name == "stop" || name == "new" || name == "reset"
}

// Queues says whether the command of this name queues what follows it (TURN-4).
func Queues(name string) bool { return name == "queue" || name == "q" }

// ClearsQueue says whether the command of this name clears what was queued in
// its session (TURN-4).
func ClearsQueue(name string) bool { return name == "new" || name == "reset" }

// CoercePlainCommand returns the command that a plain text in a DM stands for
// (IN-9), or the text as it is.
func CoercePlainCommand(text, chatType string) string {
	if chatType != chatTypeDM {
		return text
	}
	plain := strings.TrimRightFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(".!?", r)
	})
	words := strings.Fields(strings.ToLower(plain))
	for _, w := range []struct {
		word     string
		optional bool
	}{{"please", true}, {"restart", false}, {"the", true}, {"hermes", true}, {"gateway", false}} {
		switch {
		case len(words) > 0 && words[0] == w.word:
			words = words[1:]
		case !w.optional:
			return text
		}
	}
	if len(words) > 0 {
		return text
	}
	return "/restart"
}
