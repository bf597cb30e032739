package replay

import (
	"bytes"
	"path"
	"strings"

	"github.com/relaysim/relaysim/sim/recording"
	"github.com/relaysim/relaysim/sim/trace"
)

// The revisions of the contract and where each keeps a scope (IN-4).
const (
	r6 = "2026-06"
	r8 = "2026-08"
)

var scopeKeys = map[string]string{r6: "guild_id", r8: "scope_id"}

// RevisionOf finds the revision of the contract that was recorded: as the header
// says, else as the file's name ends, else as the frames look, of which the first
// few are enough. It is "" where the header names one that is not known.
func RevisionOf(h *recording.Header, file string, list []*trace.Observation) string {
	if h.Revision != "" {
		if scopeKeys[h.Revision] == "" {
			return ""
		}
		return h.Revision
	}
	if rev := namedRevision(file); rev != "" {
		return rev
	}
	for _, o := range list {
		if o.Kind == trace.Frame && showsR8(o) {
			return r8
		}
	}
	return r6
}

// namedRevision is the one that a file's name ends with, or "".
func namedRevision(file string) string {
	for _, rev := range []string{r6, r8} {
		if strings.HasSuffix(nameOf(file), "-"+rev) {
			return rev
		}
	}
	return ""
}

// showsR8 looks for what only the later revision writes. A connector may write
// scope_id to either.
func showsR8(o *trace.Observation) bool {
	signs := []string{`"supported_ops"`}
	if o.From == trace.Gateway {
		signs = []string{`"command_manifest"`, `"scope_id"`, `"going_idle"`, `"inbound_ack"`}
	}
	for _, sign := range signs {
		if bytes.Contains(o.Data, []byte(sign)) {
			return true
		}
	}
	return false
}

// nameOf is a file's name, without its folder and ending.
func nameOf(file string) string {
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(file, `\`, "/")), ".jsonl")
}
