package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/relaysim/relaysim/sim/scenario"
)

// command is one that begins with a colon. Arguments in <> must be given.
type command struct {
	name, args, help string
	do               func(p *Prompt, ctx context.Context, rest string) error
}

// usage is what is typed.
func (c *command) usage() string { return strings.TrimSpace(":" + c.name + " " + c.args) }

// usageError says what is wrong with the arguments of a command; its usage is said
// behind it. It may be empty.
type usageError string

func (e usageError) Error() string { return string(e) }

// commands are the prompt's, in the order of its help, which is one of them.
func commands() []command {
	return []command{
		{"as", "<USER> [NAME]", "write as another user", (*Prompt).as},
		{"in", "<CHANNEL> [GUILD]", "write in another channel; without a guild a direct one", (*Prompt).in},
		{"on", "<PLATFORM>", "write on another platform", (*Prompt).on},
		{"press", "<CUSTOM_ID>", "press a component of a message (Discord)", (*Prompt).press},
		{"chat", "[CHANNEL]", "what a user sees in a channel", (*Prompt).chat},
		{"chats", "", "the channels", (*Prompt).chats},
		{"connections", "", "the gateways that are connected", (*Prompt).connections},
		{"drop", "[@GATEWAY]", "cut a gateway's connection; which, where there are several", (*Prompt).drop},
		{"close", "<CODE> [@GATEWAY] [REASON]", "close a connection with a code: :close 1012 @gw-2 back soon", (*Prompt).closeWith},
		{"revoke", "[@GATEWAY]", "refuse a gateway from now on, and close it 4401", (*Prompt).revoke},
		{"interrupt", "<SESSION> [CHANNEL]", "interrupt the turn of a session", (*Prompt).interrupt},
		{"step", "<STEP>", "a step of the connector's side: :step {connector: {refuse: 503}}", (*Prompt).step},
		{"wait", "<connected|reply|TIME> [TIME]", "until a gateway is there, the bot has written, or so long; at most 30s", (*Prompt).wait},
		{"log", "<on|off>", "show what crosses, or not", (*Prompt).setLog},
		{"record", "<FILE|off>", "record from now on, or no more", (*Prompt).record},
		{"help", "", "this", (*Prompt).help},
		{"quit", "", "end", func(p *Prompt, _ context.Context, _ string) error { p.quit = true; return nil }},
	}
}

func (p *Prompt) help(context.Context, string) error {
	var b strings.Builder
	b.WriteString("First let a gateway dial, with the variables shown at the start; :connections says whether it is there.\n")
	b.WriteString("Then a line is a message, and what the bot answers is shown. /name option:value … is a slash command.\n")
	b.WriteString(":: begins a message with a colon. <…> must be given, […] may be:\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-36s %s\n", c.usage(), c.help)
	}
	_, err := fmt.Fprint(p.Out, b.String())
	return err
}

func (p *Prompt) as(_ context.Context, rest string) error {
	id, name, named := strings.Cut(rest, " ")
	p.user = scenario.User{ID: id, Name: id}
	if named {
		p.user.Name = strings.TrimSpace(name)
	}
	return nil
}

func (p *Prompt) in(_ context.Context, rest string) error {
	words := strings.Fields(rest)
	if len(words) > 2 {
		return usageError("")
	}
	p.channel, p.guild = strings.TrimPrefix(words[0], "#"), ""
	if len(words) == 2 {
		p.guild = words[1]
	}
	return nil
}

func (p *Prompt) on(_ context.Context, rest string) error {
	var names []string
	for _, pl := range p.Server.options.Platforms {
		names = append(names, pl.Name)
	}
	if !slices.Contains(names, rest) {
		return fmt.Errorf("the connector does not front %q: there is %s", rest, strings.Join(names, ", "))
	}
	p.platform = rest
	return nil
}

func (p *Prompt) press(ctx context.Context, id string) error {
	if p.platform != discord {
		return errors.New("only Discord's components are pressed at the edge: :on discord")
	}
	return p.interact(ctx, scenario.Interaction{Component: id})
}

func (p *Prompt) chat(_ context.Context, channel string) error {
	if channel == "" {
		channel = p.channel
	}
	view := p.Server.Chat(strings.TrimPrefix(channel, "#"))
	var b strings.Builder
	for i := range view.Messages {
		m := &view.Messages[i]
		b.WriteString(said(view.Channel, writer(m), body(m), note(m)))
	}
	switch {
	case view.Typing:
		b.WriteString(said(view.Channel, "bot", "is typing …", ""))
	case len(view.Messages) == 0:
		b.WriteString(said(view.Channel, "", "nobody has written here", ""))
	}
	_, err := fmt.Fprint(p.Out, b.String())
	return err
}

func (p *Prompt) chats(context.Context, string) error {
	list := p.Server.connector.Chats()
	for _, c := range list {
		fmt.Fprintf(p.Out, "#%s  %s, messages: %d\n", oneLine(c.Channel), oneLine(c.Platform), c.Messages)
	}
	if len(list) == 0 {
		fmt.Fprintln(p.Out, "nobody has written yet")
	}
	return nil
}

func (p *Prompt) connections(context.Context, string) error {
	list := p.Server.connector.Connections()
	for _, c := range list {
		said := "no hello yet"
		if len(c.Identities) > 0 {
			said = strings.Join(c.Identities, ", ")
		}
		if c.Idle {
			said += ", going idle"
		}
		fmt.Fprintf(p.Out, "conn %d  %s  %s\n", c.Number, c.Gateway, oneLine(said))
	}
	if len(list) == 0 {
		fmt.Fprintln(p.Out, errNoOne)
	}
	return nil
}

func (p *Prompt) drop(ctx context.Context, to string) error {
	return p.control(ctx, strings.TrimPrefix(to, "@"), scenario.Control{Drop: true})
}

func (p *Prompt) revoke(ctx context.Context, to string) error {
	return p.control(ctx, strings.TrimPrefix(to, "@"), scenario.Control{Revoke: true})
}

// closeWith closes with a code. The gateway may also stand at the end.
func (p *Prompt) closeWith(ctx context.Context, rest string) error {
	first, reason, _ := strings.Cut(rest, " ")
	code, err := strconv.Atoi(first)
	if err != nil {
		return usageError(fmt.Sprintf("%q is no close code, such as 1012", first))
	}
	words, to := strings.Fields(reason), ""
	isGateway := func(word string) bool { return strings.HasPrefix(word, "@") }
	switch i := slices.IndexFunc(words, isGateway); {
	case i < 0:
	case slices.IndexFunc(words[i+1:], isGateway) >= 0:
		return usageError("one gateway at a time")
	case i > 0 && i < len(words)-1:
		return usageError(words[i] + " is in the middle of the reason")
	default:
		to, reason = words[i][1:], strings.Join(slices.Delete(words, i, i+1), " ")
	}
	text, err := json.Marshal(map[string]any{"connector": map[string]any{
		"close": map[string]any{"code": code, "reason": strings.TrimSpace(reason)},
	}})
	if err != nil {
		return err
	}
	step, err := loadStep(strings.ReplaceAll(string(text), "${", "$${"))
	if err != nil { // such as a code that cannot be sent
		return err
	}
	return p.control(ctx, to, *step.Connector)
}

// control does something to a gateway's connection, which must be there unless
// the gateway is revoked.
func (p *Prompt) control(ctx context.Context, to string, c scenario.Control) error {
	var names []string
	for _, up := range p.Server.connector.Connections() {
		names = append(names, "@"+up.Gateway)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	switch {
	case c.Revoke:
	case names == nil:
		return errNoOne
	case to == "" && len(names) > 1:
		return usageError("several are connected, " + strings.Join(names, " and "))
	}
	return p.perform(ctx, &scenario.Step{To: to, Connector: &c})
}

func (p *Prompt) interrupt(ctx context.Context, rest string) error {
	session, chat, _ := strings.Cut(rest, " ")
	return p.perform(ctx, &scenario.Step{Interrupt: &scenario.Interrupt{Session: session, Chat: strings.TrimSpace(chat)}})
}

func (p *Prompt) step(ctx context.Context, rest string) error {
	step, err := loadStep(rest)
	if err != nil {
		return err
	}
	return p.perform(ctx, step)
}

func loadStep(text string) (*scenario.Step, error) {
	step, err := scenario.LoadStep("step", []byte(text))
	if err != nil {
		return nil, errors.New(strings.Join(problems(err), "\n"))
	}
	return step, nil
}

func (p *Prompt) setLog(_ context.Context, rest string) error {
	if rest != "on" && rest != "off" {
		return usageError("")
	}
	p.Console.SetLog(rest == "on")
	return nil
}

func (p *Prompt) record(_ context.Context, rest string) error {
	if rest != "off" {
		err := p.Server.StartRecording(rest, false)
		if err == nil {
			fmt.Fprintf(p.Out, "recording in %s; :record off completes it\n", rest)
		}
		return err
	}
	path, err := p.Server.StopRecording()
	switch {
	case err != nil:
		return err
	case path == "":
		return errors.New("nothing is recorded")
	}
	fmt.Fprintf(p.Out, "%s is complete\n", path)
	return nil
}
