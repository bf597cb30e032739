package scenario

// What only a compiled recording has. No file can say it.

// Recorded is set in a scenario that was compiled from a recording: its problems
// are those of its lines, and the order of what two conversations did at once is
// not compared, as it was written down in one of its orders.
type Recorded struct {
	// Notes are what of the recording is not played.
	Notes []string
	// Spares are the areas and rules of the contract that the session has nothing to
	// do with, so that a gateway without them can play it.
	Spares []string
	// Cut says that the recording does not go on to the end of its session: what
	// the gateway does beyond its last line is nothing that it should not do.
	Cut bool
	// NoEnds says that no line tells how a socket ended: whoever recorded it did not
	// see that.
	NoEnds bool
	// Tape has the steps of a recording that is too long to be kept. Then the
	// scenario has none.
	Tape *Tape
}

// Tape gives steps while they are played.
type Tape struct {
	Lines int      // of the recording
	Lasts Duration // how much virtual time its steps let pass
	// Window is how many of the last observations are kept for the steps to expect,
	// and for a report to show. A replay is not further than that from the order of
	// its recording.
	Window int
	// Play calls perform for each step in order. It returns the first error of
	// perform, or one of its own. It may be called more than once.
	Play func(perform func(*Step) error) error
}

// Telling is a step that tells an agent what to do, as far as it is known then:
// a Rule once, and then each Act of it in order.
type Telling struct {
	// Rule is added to those the gateway's agent has. It is used up by one turn,
	// which does nothing but what acts tell it.
	Rule *Rule
	// Turn names the rule; Act is what its turn does next.
	Turn string
	Act  *Act
}

// Tape is that of a recording which is too long to be kept, else nil.
func (s *Scenario) Tape() *Tape {
	if s.Recorded == nil {
		return nil
	}
	return s.Recorded.Tape
}
