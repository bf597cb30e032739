package wire

// Descriptor is what the connector says a platform can do (HS-2, HS-3).
type Descriptor struct {
	ContractVersion  int
	Platform, Label  string
	MaxMessageLength int // in LenUnit
	// In the revision r6 a limit of 0 or less is as the wire had it (HS-5).

	SupportsDraftStreaming bool
	SupportsEdit           bool
	SupportsThreads        bool
	MarkdownDialect        string
	LenUnit                string // "chars" or "utf16"

	Emoji        string
	PlatformHint string
	PIISafe      bool

	// Since r8; false and nil before.
	SupportsContext              bool
	SupportsInChannelContinuable bool
	SupportsBlockFormatting      bool
	SupportedOps                 []string
}

// DecodeDescriptor decodes a descriptor frame's descriptor. The error names
// the field that is missing (HS-4).
func DecodeDescriptor(raw []byte, rev *Revision) (*Descriptor, error) { return nil, ErrMalformed }

// Supports says whether the connector takes op (HS-7). Without op discovery it
// takes every op the revision has.
func (d *Descriptor) Supports(op string) bool { return false }

// Length counts s in the descriptor's unit (OUT-7).
func (d *Descriptor) Length(s string) int { return 0 }

// CodeBlocks says whether the platform shows code blocks (HS-6).
func (d *Descriptor) CodeBlocks() bool { return false }
