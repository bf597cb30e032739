package session

// KeyOptions says how session keys are formed. The zero value is the default.
type KeyOptions struct {
	// SharedGroups puts all users of a group or channel in one session (SK-4).
	SharedGroups bool
	// ThreadsPerUser gives each user a session of their own in a thread (SK-4).
	ThreadsPerUser bool
	// Aliases resolves WhatsApp ids to their canonical form (SK-5). Nil means none.
	Aliases map[string][]string
}
