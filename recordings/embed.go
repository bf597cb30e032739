// Package recordings carries the recorded sessions in the binary, for when
// there is no folder of them.
package recordings

import "embed"

// FS holds the recordings and, beside them, their files of deviations.
//
//go:embed *.jsonl *.deviations.yaml
var FS embed.FS
