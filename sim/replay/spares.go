package replay

import (
	"bytes"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// part is a part of the contract that many sessions have nothing to do with:
// areas and rules, and what of a session shows that it does have to do with them.
type part struct {
	rules []string
	signs []string // in a message, written without a space behind the colon
	shown func(*trace.Observation) bool
}

// parts are those that a gateway may lack and still play the recordings which
// show nothing of them. A sign may stand in a session for another reason; then it
// is not played against a gateway that could play it, which the report says.
var parts = []part{
	{rules: []string{"CTX"}, signs: []string{`"context":[`}},
	{rules: []string{"DI", "PT"}, signs: []string{`"passthrough_forward"`}},
	{rules: []string{"FU"}, signs: []string{`"op":"follow_up"`}},
	{rules: []string{"IDLE", "WAKE"}, signs: []string{`"going_idle"`, `"inbound_ack"`}},
	{rules: []string{"INT"}, signs: []string{`"interrupt"`, `"interrupt_inbound"`}},
	{rules: []string{"MED"}, signs: []string{`"op":"send_media"`, `"media_urls":["`}},
	{rules: []string{"OUT-3"}, signs: []string{`"op":"get_chat_info"`}},
	{rules: []string{"PRM"}, signs: []string{`"op":"prompt"`}},
	{rules: []string{"RC"}, shown: func(o *trace.Observation) bool { return o.Kind == trace.Open && o.Conn > 1 }},
	{rules: []string{"REV"}, shown: func(o *trace.Observation) bool { return o.Kind == trace.Close && o.Code == closeRevoked }},
	{rules: []string{"RX"}, signs: []string{`"op":"react"`}},
	{rules: []string{"SES", "TURN-3", "TURN-4"}, signs: []string{`"text":"/`, `"passthrough_forward"`}}, // a command
	{rules: []string{"SL"}, signs: []string{`"slack"`}},
	{rules: []string{"TH"}, signs: []string{`"op":"thread_create"`, `"op":"thread_rename"`}},
}

// shownBy says whether an observation has to do with the part.
func (p *part) shownBy(o *trace.Observation) bool {
	if p.shown != nil {
		return p.shown(o)
	}
	return slices.ContainsFunc(p.signs, func(sign string) bool {
		return bytes.Contains(o.Data, []byte(sign)) || bytes.Contains(o.Data, []byte(strings.Replace(sign, ":", ": ", 1)))
	})
}

// spares are the areas and rules that none of a recording's lines has to do with.
type spares map[*part]bool

func newSpares() spares {
	s := spares{}
	for i := range parts {
		s[&parts[i]] = true
	}
	return s
}

func (s spares) survey(o *trace.Observation) {
	for p := range s {
		if p.shownBy(o) {
			delete(s, p)
		}
	}
}

// rules are what is left when all lines were surveyed, in the contract's order of
// the table.
func (s spares) rules() []string {
	var list []string
	for i := range parts {
		if s[&parts[i]] {
			list = append(list, parts[i].rules...)
		}
	}
	return list
}
