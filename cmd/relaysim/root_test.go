package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionNamesModuleAndRevision(t *testing.T) {
	t.Parallel()
	built := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "4f1a"}
	for _, c := range []struct {
		name string
		info *debug.BuildInfo
		want string
	}{
		{"installed", built("v1.2.0"), "v1.2.0"},
		{"run from its folder", built("(devel)"), "(devel)"},
		{"in a test", built(""), "(devel)"},
		{"built", built("v1.2.1", revision, debug.BuildSetting{Key: "vcs.modified", Value: "false"}), "v1.2.1 4f1a"},
		{"built with changes", built("v1.2.1", revision, debug.BuildSetting{Key: "vcs.modified", Value: "true"}), "v1.2.1 4f1a (modified)"},
	} {
		if got := version(c.info, true); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := version(nil, false); got != "unknown" {
		t.Errorf("got %q, want unknown", got)
	}
}
