package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/spell"
)

// Prompt lets somebody play a user of a Server by lines of text: from a
// terminal, or from a script. One goroutine uses it.
type Prompt struct {
	Server *Server
	// Console is what :log turns on and off.
	Console *Console
	// Out gets the answers to commands.
	Out io.Writer

	user     scenario.User
	channel  string
	guild    string
	platform string
	mark     int // of the journal, before the last thing that was done
	quit     bool
}

// Start stands a new user in a channel of a guild, as steps have them.
func (p *Prompt) Start() {
	p.user, p.channel, p.guild = scenario.User{ID: "U1", Name: "ann"}, "C1", "G1"
	p.platform = p.Server.options.Platforms[0].Name
}

// Label is what stands before the next line.
func (p *Prompt) Label() string {
	where := "#" + p.channel
	if p.guild != "" {
		where += " of " + p.guild
	}
	return fmt.Sprintf("%s in %s> ", p.user.Name, where)
}

// Quit says whether a line asked for the end.
func (p *Prompt) Quit() bool { return p.quit }

// Do does what one line says: a line is a message, one that begins with / a
// slash command, and one that begins with : a command of the prompt. The error
// is for the person, and ends nothing.
func (p *Prompt) Do(ctx context.Context, line string) error {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
		return nil
	case strings.HasPrefix(line, "::"):
		return p.say(ctx, line[1:])
	case strings.HasPrefix(line, ":"):
		return p.command(ctx, line[1:])
	case line == "/", strings.HasPrefix(line, "/ "):
		return errors.New("want the name of a command right behind the /, such as /ping")
	case isCommand(line):
		return p.slash(ctx, line[1:])
	}
	return p.say(ctx, line)
}

// command finds what a line after its colon means.
func (p *Prompt) command(ctx context.Context, line string) error {
	name, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	var names []string
	for _, c := range commands() {
		if c.name == name {
			return c.run(p, ctx, rest)
		}
		names = append(names, c.name)
	}
	if near := spell.Nearest(name, names); near != "" {
		return fmt.Errorf("unknown command :%s, did you mean :%s?", name, near)
	}
	return fmt.Errorf("unknown command :%s; :help lists them, and :: begins a message with a colon", name)
}

// run does a command, or says how it is used.
func (c *command) run(p *Prompt, ctx context.Context, rest string) error {
	err := error(usageError(""))
	if needs, takes := strings.HasPrefix(c.args, "<"), c.args != ""; (rest != "" || !needs) && (rest == "" || takes) {
		err = c.do(p, ctx, rest)
	}
	var wrong usageError
	switch {
	case !errors.As(err, &wrong):
		return err
	case wrong == "":
		return errors.New("want " + c.usage())
	}
	return fmt.Errorf("%s: want %s", wrong, c.usage())
}

// isCommand says whether a text is a command, and not a path (IN-10).
func isCommand(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	name, slash := strings.CutPrefix(word, "/")
	return slash && name != "" && !strings.Contains(name, "/")
}

// say lets the user write.
func (p *Prompt) say(ctx context.Context, text string) error {
	in := p.inbound(text)
	if isCommand(text) {
		in.Type = "command"
	}
	return p.perform(ctx, &scenario.Step{Inbound: in})
}

func (p *Prompt) inbound(text string) *scenario.Inbound {
	user := p.user
	return &scenario.Inbound{Text: text, Platform: p.platform, Channel: p.channel, Guild: p.guild, User: &user}
}

// slash lets the user give a slash command: an interaction on Discord, elsewhere
// a message.
func (p *Prompt) slash(ctx context.Context, line string) error {
	if p.platform != discord {
		return p.say(ctx, "/"+line)
	}
	name, rest, _ := strings.Cut(line, " ")
	return p.interact(ctx, scenario.Interaction{Command: name, Options: options(rest)})
}

const discord = "discord"

// options are those of a slash command: name:value, and what else is written as
// the one called input.
func options(line string) []any {
	var list []any
	var input []string
	for word := range strings.FieldsSeq(line) {
		name, value, named := strings.Cut(word, ":")
		if !named || name == "" || value == "" || strings.HasPrefix(value, "//") {
			input = append(input, word)
			continue
		}
		list = append(list, option(name, value))
	}
	if input != nil {
		list = append([]any{option("input", strings.Join(input, " "))}, list...)
	}
	return list
}

const textOption = 3 // Discord's type of an option that is text

func option(name, value string) any {
	return map[string]any{"name": name, "type": textOption, "value": value}
}

func (p *Prompt) interact(ctx context.Context, in scenario.Interaction) error {
	user := p.user
	in.User, in.Channel, in.Guild = &user, p.channel, p.guild
	return p.perform(ctx, &scenario.Step{Interaction: &in})
}

// perform performs a step, and says what the edge answered.
func (p *Prompt) perform(ctx context.Context, step *scenario.Step) error {
	p.mark = p.Server.journal.end()
	done, err := p.Server.Perform(ctx, step)
	if err != nil {
		return err
	}
	return p.answered(done)
}

func (p *Prompt) answered(done play.Done) error {
	switch {
	case done.Status == 0:
		return nil
	case done.Status >= 300:
		return fmt.Errorf("the edge answers %d: %s", done.Status, oneLine(string(done.Answer)))
	}
	_, err := fmt.Fprintf(p.Out, "the edge answers %d %s\n", done.Status, oneLine(string(done.Answer)))
	return err
}

var errNoOne = errors.New("no gateway is connected")
