// Package scenario turns YAML into a Scenario in which every value knows its
// place, and the same tables into a JSON Schema. It imports match for the
// patterns it keeps and contract for the rules it names; it has no behaviour and
// knows no sockets and no player.
//
// The struct tags of Scenario and of all it holds are the one table of the
// language: the loader, the suggestions for misspelt fields and the schema are
// all read from them.
//
//	yaml  the field's name; inline: its fields stand among the others
//	doc   what it means, for the schema
//	need  it must be given
//	enum  the values it or its elements may have
//	keys  the keys its map may have
//	with  it stands only beside one of these fields, or of any where it is *
//	as    written: text without ${}; value: a tree without operators
//	of    what a pattern's value is on the wire: text, number, bool, map or list
//	range the whole numbers it may be, such as 1..100; either end may be left out
//	args  what the map of a call must give; outside: and what outside of a turn
//	turn  no: the calls in it are outside of a turn
//	main  what a text in place of the map was probably meant as
//	key   where a map is meant, this field's value may be written alone, as a
//	      scalar, a list or true; lone: one element may be written without its list
//	one   on the blank field: exactly one of these is given; * is all without with
package scenario

import (
	"fmt"
	"time"
)

// Pos is a place in a file. Lines and columns start at 1; columns count
// characters. The zero Pos is no place.
type Pos struct {
	File      string
	Line, Col int
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Pattern is a tree for match with the place it was written at.
type Pattern struct {
	Set   bool
	Value any // map[string]any, []any, string, json.Number, bool or nil
	Pos   Pos
}

// Scenario is one file. It runs once for each of its revisions.
type Scenario struct {
	Pos Pos `yaml:"-"`

	Name      string             `yaml:"name" need:"true" as:"written" doc:"What is shown, as a sentence."`
	About     string             `yaml:"about" as:"written" doc:"Why it matters, for the reader."`
	Covers    []string           `yaml:"covers" as:"written" doc:"Rule ids of the contract that this scenario asserts."`
	Tags      []string           `yaml:"tags" as:"written" doc:"Words for --tags."`
	Revisions []string           `yaml:"revisions" enum:"2026-06|2026-08" doc:"The revisions it holds in. Default: all."`
	Strict    string             `yaml:"strict" enum:"default|all|none" doc:"all: typing must be expected too. none: nothing must be, only the steps and the laws judge."`
	Vars      map[string]any     `yaml:"vars" doc:"Values for ${name}."`
	Given     []string           `yaml:"given" as:"written" doc:"Vars that name what a connector knows, such as a chat: against a live one their values are its own."`
	Connector Connector          `yaml:"connector" doc:"The fake connector's side."`
	Gateway   *Gateway           `yaml:"gateway" doc:"The one gateway. Default: one that fronts every platform of the connector."`
	Gateways  map[string]Gateway `yaml:"gateways" doc:"Several gateways by name, in place of gateway."`
	Agent     []Rule             `yaml:"agent" doc:"What the agent does; the first rule that matches an event."`
	Steps     []Step             `yaml:"steps" need:"true" doc:"What happens and what is expected, in order."`

	// EventsUnknown says that nothing shows which events began turns, so that none
	// need be expected.
	EventsUnknown bool `yaml:"-"`
	// Recorded is nil in what a person wrote.
	Recorded *Recorded `yaml:"-"`
}

// Connector configures the fake connector.
type Connector struct {
	Platforms map[string]Platform   `yaml:"platforms" doc:"The platforms it fronts, by name. Default: discord."`
	Tenants   map[string]Tenant     `yaml:"tenants" doc:"Who owns which scopes and users. Default: one tenant, default, that owns everything."`
	Secrets   map[string][]string   `yaml:"secrets" doc:"Accepted secrets by gateway id, primary first (AUTH-3). Default: the gateway's own."`
	Auth      string                `yaml:"auth" enum:"required|open" doc:"open: an upgrade without a token is accepted as development. Default: required."`
	Handshake string                `yaml:"handshake" enum:"auto|manual" doc:"manual: a hello is not answered; a frame step does it."`
	Results   string                `yaml:"results" enum:"auto|manual" doc:"manual: outbound requests are not answered; frame steps do it."`
	Fail      map[string]string     `yaml:"fail" keys:"send|edit|typing|follow_up|get_chat_info|react|thread_create|thread_rename|send_media|prompt" doc:"Ops to refuse, with the error text to answer."`
	Instances []string              `yaml:"instances" as:"written" doc:"Names of its instances, which share a bus and what is kept (BUS-1). Default: one."`
	Chats     map[string]ChatConfig `yaml:"chats" doc:"What get_chat_info answers, by chat id."`
}

// ChatConfig is what the connector knows of a chat.
type ChatConfig struct {
	Name string `yaml:"name" doc:"Default: the chat id."`
	Type string `yaml:"type" doc:"Such as dm, group or channel."`
}

// Platform is one identity of the connector: a preset by the platform's name,
// any descriptor field of which may be overridden.
type Platform struct {
	BotID      string         `yaml:"bot_id" doc:"Default: the platform's name followed by -bot."`
	Descriptor map[string]any `yaml:"descriptor" doc:"Descriptor fields that differ from the preset; null removes one."`
}

// Tenant is a customer of the connector.
type Tenant struct {
	Scopes []string `yaml:"scopes" doc:"Guilds, workspaces or servers it owns."`
	Users  []string `yaml:"users" doc:"Authors bound to it (SC-4)."`
}

// Gateway configures the gateway under test.
type Gateway struct {
	ID               string            `yaml:"id" doc:"Gateway id. Default: gw-1, or gw- and its name."`
	Secret           string            `yaml:"secret" doc:"Per-gateway secret. Default: one made for the run."`
	NoAuth           bool              `yaml:"no_auth" doc:"Dial without a token (AUTH-1)."`
	Tenant           string            `yaml:"tenant" doc:"Default: the only tenant."`
	Instance         string            `yaml:"instance" doc:"Default: its id."`
	Platforms        []string          `yaml:"platforms" doc:"The platforms it fronts, in order. Default: all of the connector's."`
	BotIDs           map[string]string `yaml:"bot_ids" doc:"Bot ids it says in hello, where they differ from the connector's."`
	Commands         []any             `yaml:"commands" doc:"The command manifest it declares (MP-5)."`
	Sessions         SessionOptions    `yaml:"sessions" doc:"How session keys are formed (SK-4), and how sessions are kept (SES)."`
	Typing           *bool             `yaml:"typing" doc:"Typing during a turn (OUT-11). Default: true."`
	Connect          *bool             `yaml:"connect" doc:"false: it does not dial before a step says so. Default: true."`
	Reconnect        *bool             `yaml:"reconnect" doc:"false: it does not re-dial (RC). Default: true."`
	Users            []string          `yaml:"users" doc:"Authors bound to its instance; where there are any, others' messages reach no instance (GATE-1)."`
	Policy           *Policy           `yaml:"policy" doc:"What of its tenant's events it gets (GATE-2). Default: everything."`
	Wake             *Wake             `yaml:"wake" doc:"Where its host is poked when something waits for it (WAKE-1). Default: nowhere."`
	BackOff          Duration          `yaml:"back_off" doc:"The first wait before it dials again, doubled up to 30s. Default 1s (RC-1)."`
	HandshakeTimeout Duration          `yaml:"handshake_timeout" doc:"Default 30s."`
	RequestTimeout   Duration          `yaml:"request_timeout" doc:"Default 30s."`
	MaxMessage       int               `yaml:"max_message" range:"1.." doc:"Bytes; default 1048576 (FR-8)."`
}

// Policy narrows what an instance gets; the names are the contract's.
type Policy struct {
	Principal          string   `yaml:"principal" enum:"owner-only|allow-list|any" doc:"Who is authorised. Default: any."`
	Owner              string   `yaml:"owner" doc:"The author whose own messages are always relevant."`
	Allowed            []string `yaml:"allowed" doc:"Authorised under allow-list, beside the owner."`
	Scopes             []string `yaml:"scopes" doc:"The guilds and chats it sees. Default: all of its tenant's."`
	RequireAddress     bool     `yaml:"requireAddress" doc:"In groups only what mentions the bot or replies to it is relevant."`
	FreeResponseScopes []string `yaml:"freeResponseScopes" doc:"Guilds and chats in which nothing need be addressed."`
	AllowOtherBots     bool     `yaml:"allowOtherBots" doc:"What other bots write is relevant."`
}

// Wake is a gateway's wake URL, and what its host answers there.
type Wake struct {
	URL      string `yaml:"url" key:"scalar" need:"true" doc:"A path such as /wake, at a host that the player plays, or any URL."`
	Status   int    `yaml:"status" range:"100..599" doc:"What the host answers. Default: 200."`
	Location string `yaml:"location" doc:"Where its redirect leads to."`
}

// Duration is written as 500ms, 2s, 1m30s.
type Duration = time.Duration
