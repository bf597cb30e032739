package target

import "slices"

// Description is what a target says of itself.
type Description struct {
	// Name and Version are for people.
	Name, Version string
	// Counted says that its work is counted by the Activity it is given and its
	// time is the Clock it is given: nobody need ask it. What follows is for
	// targets that are not.
	Counted bool
	// Revisions are those it speaks, by name.
	Revisions []string
	// Can is what it is able to do: an Ability, or a call of the agent.
	Can []string
	// Options are those of the scenario's gateway that it heeds.
	Options []string
	// Lacks are rules of the contract, or whole areas such as MED, that it does
	// not claim to keep.
	Lacks []string
}

// The abilities that a target may have beside the calls it takes.
const (
	Sync       = "sync"       // says when it has handled what it received
	Clock      = "clock"      // its time is moved from outside
	Kill       = "kill"       // ends a life at once without ending the program
	Reset      = "reset"      // is as new for the next scenario
	States     = "state"      // reports where it stands with its connector
	Interrupts = "interrupts" // reports the interrupts that arrive
)

// Abilities are all of them.
func Abilities() []string { return []string{Sync, Clock, Kill, Reset, States, Interrupts} }

// Calls are what an agent can ask of a gateway, by the contract's names, and the
// ends of a life.
func Calls() []string {
	return []string{
		"send", "edit", "typing", "follow_up", "interrupt", "get_chat_info", "send_media", "prompt", "react",
		"thread_create", "thread_rename", "disconnect", "go_idle", "go_dormant",
	}
}

// Options are those of a scenario's gateway that a target may heed.
func Options() []string {
	return []string{
		"back_off", "handshake_timeout", "request_timeout", "max_message", "reconnect", "typing", "commands",
		"group_sessions_per_user", "thread_sessions_per_user", "whatsapp_aliases",
	}
}

// Able says whether the target can do what is named.
func (d *Description) Able(what string) bool { return d.Counted || slices.Contains(d.Can, what) }

// Heeds says whether the target heeds an option.
func (d *Description) Heeds(option string) bool {
	return d.Counted || slices.Contains(d.Options, option)
}
