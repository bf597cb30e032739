package scenario

import (
	"strconv"

	"gopkg.in/yaml.v3"
)

// maxTimes bounds how often a step is repeated by all the repeats around it.
const maxTimes = 1_000_000

// enterRepeat checks how often the steps of a repeat are done in all, with the
// repeats around it. The func it returns leaves the repeat.
func (l *loader) enterRepeat(n *yaml.Node, path string) (leave func()) {
	outer := l.times
	at, most := child(n, "times"), tables()[repeatType].byName["times"].most
	if at == nil || !isWhole(at) || outer > maxTimes {
		return func() {}
	}
	times, _ := strconv.Atoi(at.Value)
	if times < 1 || times > most {
		return func() {} // that is said of the field
	}
	l.times *= times
	if l.times > maxTimes && outer > 1 {
		l.fault(at, member(path, "times"), "with the repeats around it, %d times in all: want at most %d", l.times, maxTimes)
	}
	return func() { l.times = outer }
}
