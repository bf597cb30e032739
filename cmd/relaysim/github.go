package main

import (
	"io"
	"path/filepath"

	"github.com/relaysim/relaysim/sim/report"
)

// onGitHub says whether the program is a step of GitHub Actions.
func (p program) onGitHub() bool { return p.env("GITHUB_ACTIONS") != "" }

// annotations writes to w what GitHub shows beside the lines of files. GitHub
// knows a file by its path in the workspace, which a job's working-directory
// may be somewhere inside of.
func annotations(p program, w io.Writer) *report.Annotations {
	return report.NewAnnotations(w, func(file string) string {
		workspace := p.env("GITHUB_WORKSPACE")
		if workspace == "" {
			return file
		}
		full, err := filepath.Abs(file)
		if err != nil {
			return file
		}
		path, err := filepath.Rel(resolved(workspace), filepath.Join(resolved(filepath.Dir(full)), filepath.Base(full)))
		if err != nil || !filepath.IsLocal(path) {
			return file
		}
		return filepath.ToSlash(path)
	})
}

// resolved is a folder without symbolic links on the way to it, or as it was
// where it is not there.
func resolved(folder string) string {
	if path, err := filepath.EvalSymlinks(folder); err == nil {
		return path
	}
	return folder
}
