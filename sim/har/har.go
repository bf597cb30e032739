// Package har turns HTTP archives with WebSocket messages into traces and back,
// so that what a browser's developer tools or mitmproxy recorded can be used as
// a recording. Who dialled is taken for the gateway. It keeps nothing of the
// headers but whether a token was there and whose it was, never the token.
//
// An archive is read leniently: what is missing or of another type is guessed or
// left out, with a warning. Start reading at Read and Write.
package har

import "encoding/json"

// MaxSize bounds an archive that is read, in bytes.
const MaxSize = 256 << 20

// WebSocket opcodes (RFC 6455 §5.2) as archives have them. opError is how
// Chrome notes that a socket broke.
const (
	opContinuation = 0
	opText         = 1
	opBinary       = 2
	opClose        = 8
	opPing         = 9
	opPong         = 10
	opError        = -1
)

const (
	statusUpgraded = 101
	// unauthorized closes a socket whose token was refused (AUTH-4).
	unauthorized = 4401
	// noStatus is the code of a close frame that has none (RFC 6455 §7.4.1).
	noStatus = 1005
)

// encodedBase64 marks a text message that is not UTF-8, which an archive cannot
// hold as text (FR-2). Other programs show its base64.
const encodedBase64 = "base64"

// archive is a HAR file as it is written.
type archive struct {
	Log struct {
		Version string  `json:"version"`
		Creator creator `json:"creator"`
		Pages   []any   `json:"pages"`
		Entries []entry `json:"entries"`
	} `json:"log"`
}

type creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// entry is one socket. The fields that say nothing are those a reader of HAR 1.2
// insists on.
type entry struct {
	ResourceType    string    `json:"_resourceType"`
	AuthenticatedAs string    `json:"_authenticatedAs,omitempty"`
	Started         string    `json:"startedDateTime"`
	Time            float64   `json:"time"` // milliseconds
	Request         request   `json:"request"`
	Response        response  `json:"response"`
	Cache           struct{}  `json:"cache"`
	Timings         timings   `json:"timings"`
	Messages        []message `json:"_webSocketMessages"`
}

type request struct {
	Method      string   `json:"method"`
	URL         string   `json:"url"`
	HTTPVersion string   `json:"httpVersion"`
	Cookies     []any    `json:"cookies"`
	Headers     []header `json:"headers"`
	QueryString []any    `json:"queryString"`
	HeadersSize int      `json:"headersSize"`
	BodySize    int      `json:"bodySize"`
}

// response is how the upgrade was answered. Assumed says that the recording does
// not tell.
type response struct {
	Status      int      `json:"status"`
	Assumed     bool     `json:"_assumed,omitempty"`
	StatusText  string   `json:"statusText"`
	HTTPVersion string   `json:"httpVersion"`
	Cookies     []any    `json:"cookies"`
	Headers     []header `json:"headers"`
	Content     content  `json:"content"`
	RedirectURL string   `json:"redirectURL"`
	HeadersSize int      `json:"headersSize"`
	BodySize    int      `json:"bodySize"`
}

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type content struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
}

type timings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// message is one WebSocket message. Time is in seconds since 1970.
type message struct {
	Type     string      `json:"type"` // send or receive
	Time     json.Number `json:"time"`
	Opcode   int         `json:"opcode"`
	Data     string      `json:"data"`
	Encoding string      `json:"_encoding,omitempty"`
}
