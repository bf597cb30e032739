package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/internal/golden"
	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// outcome is what a case says about a source.
type outcome struct {
	Key    string
	Shared bool `json:"shared_multi_user"`
}

// keyed forms the key of a case's source.
func keyed(c golden.Case, rev *wire.Revision) (outcome, error) {
	var in struct {
		Source           json.RawMessage
		GroupsPerUser    bool              `json:"group_sessions_per_user"`
		ThreadsPerUser   bool              `json:"thread_sessions_per_user"`
		Profile          string            // null = ""
		WhatsAppLIDFiles map[string]string `json:"whatsapp_lid_files"`
	}
	if err := json.Unmarshal(c.In, &in); err != nil {
		return outcome{}, err
	}
	event, err := wire.DecodeEvent([]byte(`{"source":`+string(in.Source)+`}`), rev)
	if err != nil {
		return outcome{}, err
	}
	src := event.Source
	src.Profile = in.Profile // the case's own, not the source's
	opt := session.KeyOptions{
		SharedGroups:   !in.GroupsPerUser,
		ThreadsPerUser: in.ThreadsPerUser,
		Aliases:        aliases(in.WhatsAppLIDFiles),
	}
	return outcome{Key: session.Key(&src, opt, rev), Shared: session.Shared(&src, opt)}, nil
}

// aliases reads a bridge's mapping files as it names them:
// lid-mapping-<id>.json and lid-mapping-<id>_reverse.json hold another id.
func aliases(files map[string]string) map[string][]string {
	m := map[string][]string{}
	for name, text := range files {
		id := strings.TrimSuffix(strings.TrimPrefix(name, "lid-mapping-"), ".json")
		id = strings.TrimSuffix(id, "_reverse")
		var other any
		if json.Unmarshal([]byte(text), &other) == nil {
			m[id] = append(m[id], fmt.Sprint(other))
		}
	}
	return m
}

// exceptions are the cases whose golden output a rule replaces. The reference
// takes an id of any type, and writes it as Python does or throws.
func exceptions(rev *wire.Revision) []golden.Exception {
	is := func(cases, rule, why string, want outcome) golden.Exception {
		return golden.Exception{Cases: cases, Rule: rule, Why: why, Instead: func(c golden.Case) error {
			got, err := keyed(c, rev)
			if err != nil {
				return err
			}
			return differ(want, got)
		}}
	}
	const absent, unsafe = "an id of the wrong type is no id", "an id may hold anything"
	table := []golden.Exception{
		is(`typed chat_id (True|\['x'\]|\{'a': 1\}) group`, "IN-5", absent, outcome{Key: "agent:main:discord:group:u"}),
		is(`typed chat_id \{'a': 1\} dm`, "IN-5", absent, outcome{Key: "agent:main:discord:dm:u"}),
		is(`typed thread_id True group`, "IN-5", absent, outcome{Key: "agent:main:telegram:group:1:u"}),
		is(`typed user_id True group`, "IN-5", absent, outcome{Key: "agent:main:telegram:group:1"}),
		is(`chat_type (None|True)`, "IN-3", "dm is the default", outcome{Key: "agent:main:telegram:dm:1"}),
		is(`whatsapp dm chat 'a b'`, "SK-5", unsafe, outcome{Key: "agent:main:whatsapp:dm:a b"}),
		is(`whatsapp dm chat '１５５@lid'`, "SK-5", unsafe, outcome{Key: "agent:main:whatsapp:dm:１５５"}),
		is(`whatsapp group participant '１５５@lid'`, "SK-5", unsafe, outcome{Key: "agent:main:whatsapp:group:120363@g.us:１５５"}),
		is(`whatsapp group participant '12/34@lid'`, "SK-5", unsafe, outcome{Key: "agent:main:whatsapp:group:120363@g.us:12/34"}),
	}
	if rev == wire.R6 { // it throws where r8 writes the number
		const number = "a number where an id belongs is its decimal text"
		table = append(table,
			is("typed chat_id 5 group", "IN-5", number, outcome{Key: "agent:main:discord:group:5:u"}),
			is("typed chat_id -7 group", "IN-5", number, outcome{Key: "agent:main:discord:group:-7:u"}),
			is("typed chat_id 12345678901234567890 group", "IN-5", number, outcome{Key: "agent:main:discord:group:12345678901234567890:u"}),
			is(`typed thread_id 1\.5 group`, "IN-5", number, outcome{Key: "agent:main:telegram:group:1:1.5", Shared: true}),
			is("chat_type 3", "IN-5", number, outcome{Key: "agent:main:telegram:3:1:u"}),
		)
	}
	return table
}

func TestKeyGolden(t *testing.T) { // SK-1 to SK-7, SK-9
	for _, rev := range wire.Revisions() {
		t.Run(rev.Name, func(t *testing.T) {
			golden.Run(t, "testdata/session_keys-"+rev.Name+".json", exceptions(rev), func(c golden.Case) error {
				got, err := keyed(c, rev)
				if err != nil {
					return err
				}
				var want outcome
				if err := json.Unmarshal(c.Out, &want); err != nil {
					return err
				}
				return differ(want, got)
			})
		})
	}
}

func differ(want, got outcome) error {
	if d := cmp.Diff(want, got); d != "" {
		return errors.New("(-want +got)\n" + d)
	}
	return nil
}
