// Package record writes down a session with a live connector: as a proxy that
// a gateway dials in the connector's place (Proxy), or with relaysim's own
// gateway dialling through that proxy (Own).
//
// The proxy passes the bytes of a socket on as they come, pings, fragments and
// close frames included, and reads along. The recording never holds the session
// up for longer than a moment: a Recorder takes observations into a bounded
// queue and writes them from a goroutine of its own. When it cannot go on, it
// ends, and the session does not.
//
// Start reading at Proxy.ServeHTTP, then stream.pump and Recorder.Add.
package record
