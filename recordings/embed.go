// Package recordings carries the recorded sessions in the binary, for when
// there is no folder of them.
package recordings

import "embed"

// FS holds the recordings and, beside them, their files of deviations. In
// findings are those that break the contract: they are judged, and not played.
//
//go:embed *.jsonl *.deviations.yaml findings
var FS embed.FS
