package wire

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// DefaultMaxMessageLength stands in for a limit that makes no sense (HS-5).
const DefaultMaxMessageLength = 4096

// Descriptor is what the connector says a platform can do (HS-2, HS-3).
type Descriptor struct {
	ContractVersion int
	Platform, Label string
	// MaxMessageLength is in LenUnit. In r6 one of 0 or less is as the wire
	// had it (HS-5).
	MaxMessageLength int

	SupportsDraftStreaming bool
	SupportsEdit           bool
	SupportsThreads        bool
	MarkdownDialect        string
	LenUnit                string // "utf16"; anything else counts characters

	Emoji        string
	PlatformHint string
	PIISafe      bool

	// Since r8; false and nil before.
	SupportsContext              bool
	SupportsInChannelContinuable bool
	SupportsBlockFormatting      bool
	SupportedOps                 []string

	discovers bool // SupportedOps counts (HS-7)
}

// requiredFields are in the order in which the contract has them (HS-2).
var requiredFields = [...]string{
	"contract_version", "platform", "label", "max_message_length", "supports_draft_streaming",
	"supports_edit", "supports_threads", "markdown_dialect", "len_unit",
}

// DecodeDescriptor decodes a descriptor frame's descriptor. The error names
// the field that is missing, or that is no text where text belongs (HS-4).
func DecodeDescriptor(raw []byte, rev *Revision) (*Descriptor, error) {
	d := &Descriptor{Emoji: "🔌", discovers: rev.OpDiscovery}
	var present [len(requiredFields)]bool
	var wrong string
	ok := eachMember(raw, func(key, val []byte) {
		if i := slices.Index(requiredFields[:], string(key)); i >= 0 {
			present[i] = true
		}
		if !d.take(string(key), val, rev) {
			wrong = string(key)
		}
	})
	switch i := slices.Index(present[:], false); {
	case !ok:
		return nil, errors.New("descriptor: not a JSON object (HS-4)")
	case i >= 0:
		return nil, fmt.Errorf("descriptor: %s missing (HS-4)", requiredFields[i])
	case wrong != "":
		return nil, fmt.Errorf("descriptor: %s is not text (HS-4)", wrong)
	}
	return d, nil
}

// take reports false when a required text is something else. Null is text:
// connectors send it for a label or a dialect they do not have.
func (d *Descriptor) take(key string, val []byte, rev *Revision) bool {
	switch key {
	case "contract_version":
		d.ContractVersion, _ = intOf(val)
	case "platform":
		return takeText(&d.Platform, val)
	case "label":
		return takeText(&d.Label, val)
	case "max_message_length":
		d.MaxMessageLength = limitOf(val, rev)
	case "supports_draft_streaming":
		d.SupportsDraftStreaming = isTrue(val)
	case "supports_edit":
		d.SupportsEdit = isTrue(val)
	case "supports_threads":
		d.SupportsThreads = isTrue(val)
	case "markdown_dialect":
		return takeText(&d.MarkdownDialect, val)
	case "len_unit":
		return takeText(&d.LenUnit, val)
	case "emoji":
		takeText(&d.Emoji, val)
	case "platform_hint":
		takeText(&d.PlatformHint, val)
	case "pii_safe":
		d.PIISafe = isTrue(val)
	default:
		if rev.OpDiscovery {
			d.takeOptional(key, val)
		}
	}
	return true
}

// takeOptional takes what came with op discovery (HS-3).
func (d *Descriptor) takeOptional(key string, val []byte) {
	switch key {
	case "supports_context":
		d.SupportsContext = isTrue(val)
	case "supports_inchannel_continuable":
		d.SupportsInChannelContinuable = isTrue(val)
	case "supports_block_formatting":
		d.SupportsBlockFormatting = isTrue(val)
	case "supported_ops":
		d.SupportedOps = nonEmptyStrings(val)
	}
}

func takeText(to *string, val []byte) bool {
	if val[0] != '"' && !isNumber(val) {
		return isNull(val)
	}
	*to = stringOf(val)
	return true
}

// nonEmptyStrings returns the strings of an array, without those that are "";
// nil when val is no array.
func nonEmptyStrings(val []byte) []string {
	var list []string
	eachElement(val, func(e []byte) {
		if e[0] == '"' && len(e) > 2 {
			list = append(list, string(unquoted(e)))
		}
	})
	return list
}

// intOf reads a number, or a text that is one, as an integer. Fractions are cut.
func intOf(val []byte) (int, bool) {
	if n, err := strconv.Atoi(stringOf(val)); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(val), 64)
	if err != nil || !isNumber(val) || f > 1<<53 || f < -1<<53 {
		return 0, false
	}
	return int(f), true
}

func limitOf(val []byte, rev *Revision) int {
	n, ok := intOf(val)
	if !ok || rev.DefaultsLimit && n <= 0 {
		return DefaultMaxMessageLength
	}
	return n
}

// Supports says whether the connector takes op (HS-7). Without op discovery
// there is nothing to ask, and every op is taken.
func (d *Descriptor) Supports(op string) bool {
	if !d.discovers {
		return true
	}
	if len(d.SupportedOps) > 0 {
		return slices.Contains(d.SupportedOps, op)
	}
	return op == OpSend || op == OpEdit || op == OpTyping || op == OpFollowUp
}

// Length counts s in the descriptor's unit (OUT-7).
func (d *Descriptor) Length(s string) int {
	if d.LenUnit == "utf16" {
		return UTF16Len(s)
	}
	return CharLen(s)
}

// CodeBlocks says whether the platform shows code blocks (HS-6).
func (d *Descriptor) CodeBlocks() bool {
	return d.MarkdownDialect != "" && d.MarkdownDialect != "plain"
}
