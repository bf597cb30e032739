package wire

import (
	"slices"
	"strings"
)

// PlatformRelay stands for every platform that the gateway does not know (IN-3).
const PlatformRelay = "relay"

// KnownPlatform returns the platform that the gateway uses for name: name
// itself, trimmed and lower-cased if need be, or "relay" (IN-3).
func KnownPlatform(name string, rev *Revision) string {
	if knownPlatform(name, rev) {
		return name
	}
	if name = strings.Map(lowerASCII, strings.TrimSpace(name)); knownPlatform(name, rev) {
		return name
	}
	return PlatformRelay
}

// lowerASCII leaves other letters alone: İrc is not irc.
func lowerASCII(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		r += 'a' - 'A'
	}
	return r
}

func knownPlatform(name string, rev *Revision) bool {
	switch name {
	case "discord", "telegram", "slack", "whatsapp", "whatsapp_cloud", "signal", "matrix", "sms",
		"email", "mattermost", "homeassistant", "dingtalk", "api_server", "webhook",
		"msgraph_webhook", "feishu", "wecom", "wecom_callback", "weixin", "bluebubbles", "qqbot",
		"yuanbao", PlatformRelay, "local", "irc", "teams", "google_chat", "line", "ntfy", "photon",
		"raft", "simplex":
		return true
	}
	return slices.Contains(rev.Platforms, name)
}
