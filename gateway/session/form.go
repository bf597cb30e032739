package session

import "github.com/relaysim/relaysim/gateway/wire"

// Key is the session key of a source (SK-1 to SK-9).
func Key(src *wire.Source, opt KeyOptions, rev *wire.Revision) string { return "" }

// Shared reports whether several users share the source's session (SK-9).
func Shared(src *wire.Source, opt KeyOptions) bool { return false }
