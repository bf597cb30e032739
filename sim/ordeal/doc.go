// Package ordeal holds tests, and nothing else, that put the real pair through
// failures: a drain of buffered events that is cut at every point of it, and
// random sequences of what may happen to a gateway and a connector. Each is
// written down as a scenario, which the player plays and the laws judge, and
// which is printed where it fails, so that simulate can play it again.
package ordeal
