package wire

// EventFromInteraction makes an event of a forwarded Discord interaction
// (PT-4, DI-1 to DI-5). A body that is no interaction is an error, and the
// forward is dropped (PT-6).
func EventFromInteraction(body []byte, rev *Revision) (*Event, error) { return nil, ErrMalformed }
