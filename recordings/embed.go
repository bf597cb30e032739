// Package recordings carries the recorded sessions in the binary, for when
// there is no folder of them.
package recordings

import "embed"

// FS holds the recordings.
//
//go:embed *.jsonl
var FS embed.FS
