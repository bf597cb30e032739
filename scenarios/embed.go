// Package scenarios is the scenarios as they are in the repository, built into
// the program so that it has something to play anywhere.
package scenarios

import "embed"

// FS holds the scenarios by area, such as follow-up/a-slash-command….yaml.
//
//go:embed */*.yaml
var FS embed.FS
