package scenario

// Lookup returns the value of ${name}: a string, json.Number, bool, nil, list
// or map.
type Lookup func(name string) (any, bool)

// Resolve returns the step with every ${name} of its stimulus replaced; the step
// itself where there is none. A string that is nothing but ${name} takes the
// value's own kind where any kind may stand; elsewhere the value is written into
// the text. Patterns of expectations stay as they are: match resolves them. The
// steps of a repeat stay as they are too: resolve each when it runs. The error
// names a value that lookup does not have.
func (s *Step) Resolve(lookup Lookup) (*Step, error) {
	return s, nil
}

// Resolve does for an act what Step.Resolve does for a step.
func (a *Act) Resolve(lookup Lookup) (*Act, error) {
	return a, nil
}

// Resolve does for a call what Step.Resolve does for a step.
func (c *Call) Resolve(lookup Lookup) (*Call, error) {
	return c, nil
}
