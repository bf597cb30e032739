package scenario

import (
	"slices"

	"gopkg.in/yaml.v3"
)

func (l *loader) judgeStep(x *Step, path string, have given) {
	l.name(signalled, have["signal"], member(path, "signal"))
	l.notNegative(have["within"], member(path, "within"), x.Within)
	if at := have["advance"]; at != nil && x.Advance <= 0 && isDuration(at) {
		l.fault(at, member(path, "advance"), "want more than no time")
	}
	if at := have["expect"]; at != nil && at.Kind == yaml.SequenceNode && len(at.Content) == 0 {
		l.fault(at, member(path, "expect"), "an empty list expects nothing: want nothing: true, or some expectations")
	}
	onlyNothing := !slices.ContainsFunc(x.Expect, func(e Expectation) bool { return e.Nothing == nil })
	if at := have["within"]; at != nil && x.Within > 0 && len(x.Expect) > 0 && onlyNothing {
		l.fault(at, member(path, "within"), "no time passes for nothing, which holds at once: want an advance step before it")
	}
	if at := have["inbound"]; at != nil {
		l.name(platform, child(at, "platform"), member(member(path, "inbound"), "platform"))
	}
	l.judgeEnds(path, have)
}

// ofOne are the controls of one gateway, ofAll those of every one. A refusal may
// be either.
var (
	ofOne = []string{"close", "drop", "revoke", "rotate", "deprovision"}
	ofAll = []string{"results", "handshake", "descriptor", "kill", "restart", "instance"}
)

// judgeEnds checks to and from against what the step does.
func (l *loader) judgeEnds(path string, have given) {
	from, to, control := have["from"], have["to"], have["connector"]
	l.name(farInstance, have["at"], member(path, "at"))
	if control != nil {
		l.name(farInstance, child(control, "instance"), member(member(path, "connector"), "instance"))
	}
	l.name(socket, to, member(path, "to"))
	if from != nil && from.Value != connectorName {
		l.name(dialled, from, member(path, "from"))
		if to != nil {
			l.fault(to, member(path, "to"), "what a dialled socket sends goes to the connector")
		}
	}
	one := have["agent"] != nil || have["gateway"] != nil
	if control != nil {
		one = slices.ContainsFunc(ofOne, func(name string) bool { return child(control, name) != nil })
		all := slices.ContainsFunc(ofAll, func(name string) bool { return child(control, name) != nil })
		if all && to != nil {
			l.fault(to, member(path, "to"), "it is for all sockets: leave it out")
		}
	}
	if at := have.first("agent", "gateway", "connector"); one && to == nil && at != nil {
		l.toless = append(l.toless, naming{socket, "", at, member(path, "to")})
	}
}
