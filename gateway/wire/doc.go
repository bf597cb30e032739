// Package wire holds the shapes that cross the relay socket: frames, events,
// actions, descriptors, their line framing, and the one table of what differs
// between the contract's revisions. It is types and JSON only. It opens no
// socket, reads no clock and keeps no state beyond a value.
//
// Reading starts with a Splitter, which cuts messages into lines, and Scan,
// which finds out what a line is without decoding it. DecodeEvent,
// DecodeForward, DecodeDescriptor and DecodeResult then decode the one part
// that matters. All of them take foreign bytes: they coerce, drop or return an
// error, and never panic (FR-3, FR-6, IN-5).
//
// Writing is a family of Append functions, each of which appends one whole
// line with its newline.
package wire
