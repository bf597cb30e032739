package connector

// descriptor is a descriptor's fields by name, as they go on the wire (HS-2, HS-3).
type descriptor map[string]any

// Preset is the descriptor of a platform as the connector sends it, by its wire
// names.
func Preset(platform string) map[string]any { return preset(platform) }

// preset is the descriptor of a platform as real connectors send it. Every
// field may be overridden. A name without a preset gets the contract's limit
// and no features.
func preset(platform string) descriptor {
	d := descriptor{
		"contract_version":         1,
		"platform":                 platform,
		"label":                    platform,
		"max_message_length":       defaultLimit,
		"supports_draft_streaming": false,
		"supports_edit":            true,
		"supports_threads":         false,
		"markdown_dialect":         "plain",
		"len_unit":                 "chars",
		"supports_context":         false,
		"supported_ops":            []string{"send", "edit", "typing", "follow_up", "get_chat_info"},
	}
	set := func(label string, limit int, unit, dialect string, threads, context bool) {
		d["label"], d["max_message_length"], d["len_unit"] = label, limit, unit
		d["markdown_dialect"], d["supports_threads"], d["supports_context"] = dialect, threads, context
	}
	switch platform {
	case "discord":
		set("Discord", 2000, "chars", "discord", true, true)
	case "telegram":
		set("Telegram", 4096, "utf16", "markdown_v2", true, false)
	case "slack":
		set("Slack", 39000, "chars", "slack", true, true)
	case "whatsapp":
		set("WhatsApp", 4096, "chars", "whatsapp", false, false)
	case "signal":
		set("Signal", 8000, "chars", "plain", false, false)
		d["supports_edit"] = false
	case "matrix":
		set("Matrix", 4000, "chars", "markdown", true, true)
	}
	return d
}

// hasPreset: it is a platform that gateways know by its name.
func hasPreset(platform string) bool {
	switch platform {
	case "discord", "telegram", "slack", "whatsapp", "signal", "matrix":
		return true
	}
	return false
}

// descriptorFields is the order in which fields are written; further ones come
// after, by name.
var descriptorFields = []string{
	"contract_version", "platform", "label", "max_message_length", "supports_draft_streaming", "supports_edit",
	"supports_threads", "markdown_dialect", "len_unit", "supports_context", "supported_ops",
}
