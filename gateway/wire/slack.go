package wire

import "strings"

// normaliseHermes turns what Slack sends for its one slash command into what
// the user meant (SL-5): "/hermes sub …" becomes "/sub …", bare "/hermes"
// becomes "/help", and any other text loses the prefix.
func (e *Event) normaliseHermes(rev *Revision) {
	word, rest := cutWord(e.Text)
	if word != "/hermes" {
		return
	}
	sub, args := cutWord(rest)
	switch {
	case sub == "":
		e.Text = "/help"
	case sub == "compact": // Slack's name for it alone
		e.Text = strings.TrimSpace("/compress " + args)
	case KnownCommand(sub, rev):
		e.Text = strings.TrimSpace("/" + sub + " " + args)
	default:
		e.Text = rest
	}
	e.MessageType = typeText
	if strings.HasPrefix(e.Text, "/") {
		e.MessageType = typeCommand
	}
}
