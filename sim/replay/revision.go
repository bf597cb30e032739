package replay

import (
	"bytes"
	"path"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// The revisions of the contract and where each keeps a scope (IN-4).
const (
	r6 = "2026-06"
	r8 = "2026-08"
)

var scopeKeys = map[string]string{r6: "guild_id", r8: "scope_id"}

// findRevision finds the one that was recorded: as the header says, else as the
// file's name ends, else as the frames look.
func (t *tape) findRevision() (string, error) {
	if rev := t.header.Revision; rev != "" {
		if _, known := scopeKeys[rev]; !known {
			return "", t.problem("revision: %q is not known, want %s or %s", rev, r6, r8)
		}
		return rev, nil
	}
	for _, rev := range []string{r6, r8} {
		if strings.HasSuffix(t.name(), "-"+rev) {
			return rev, nil
		}
	}
	for _, l := range t.lines {
		if o := l.Observation; o.Kind == trace.Frame && showsR8(o) {
			return r8, nil
		}
	}
	return r6, nil
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

// name is the file's, without its folder and ending.
func (t *tape) name() string {
	name := path.Base(strings.ReplaceAll(t.file, `\`, "/"))
	return strings.TrimSuffix(name, ".jsonl")
}
