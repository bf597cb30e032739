// Package play runs one scenario in one revision: it starts a fake connector
// and the gateway under test, lets them talk over a real WebSocket, performs
// the steps, compares what happened with what was expected, and gives one
// verdict. A recording is played the same way once it is compiled to steps.
//
// Nothing here sleeps. After each step the player waits until the pair is
// quiet (see package quiet), so an expectation looks at a trace that stands
// still. Time is virtual and moves from timer to timer when a step says so.
//
// Start reading at Stage.Run. The package imports the gateway, the connector,
// scenarios, matchers and laws; it knows no terminals and no file formats.
package play
