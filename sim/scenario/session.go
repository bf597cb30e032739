package scenario

// SessionOptions mirrors the reference's names.
type SessionOptions struct {
	GroupPerUser  *bool               `yaml:"group_sessions_per_user" doc:"Default true."`
	ThreadPerUser *bool               `yaml:"thread_sessions_per_user" doc:"Default false."`
	Aliases       map[string][]string `yaml:"whatsapp_aliases" doc:"Ids that name the same WhatsApp user (SK-5)."`

	Reset           *ResetPolicy           `yaml:"reset" doc:"When sessions expire (SES-3)."`
	ResetByPlatform map[string]ResetPolicy `yaml:"reset_by_platform" doc:"Policies for platforms, before those for chat types."`
	ResetByType     map[string]ResetPolicy `yaml:"reset_by_type" doc:"Policies for chat types such as dm, group or thread."`
	TimeZone        string                 `yaml:"time_zone" as:"written" doc:"Where at_hour is meant, such as Europe/Berlin. Default: UTC. Virtual time begins at midnight UTC."`
	MaxAgeDays      *int                   `yaml:"max_age_days" range:"0.." doc:"Days without use after which an entry is forgotten (SES-11); 0: never. Default: 90."`
	Store           string                 `yaml:"store" enum:"memory|disk" doc:"disk: in real files, which a store step can spoil. Default: memory; either outlives kill and start."`
}

// ResetPolicy says when a session expires.
type ResetPolicy struct {
	Mode        string `yaml:"mode" key:"scalar" need:"true" enum:"none|idle|daily|both" doc:"What makes it expire: nothing, time without use, an hour of the day, or either."`
	IdleMinutes *int   `yaml:"idle_minutes" range:"0..10000000" doc:"For idle and both. Default: 1440."`
	AtHour      *int   `yaml:"at_hour" range:"0..23" doc:"For daily and both. Default: 4."`
}

// SessionNow matches the session that a key names now, as the gateway's store
// has it.
type SessionNow struct {
	Key           string   `yaml:"key" main:"true" doc:"Session key. Default: the only one."`
	Exists        *Pattern `yaml:"exists" of:"bool" doc:"Whether the key names a session at all."`
	ID            *Pattern `yaml:"id" of:"text" doc:"Session id (SES-1)."`
	Suspended     *Pattern `yaml:"suspended" of:"bool" doc:"The next message begins another session (SES-2)."`
	ResumePending *Pattern `yaml:"resume_pending" of:"bool" doc:"The end of the gateway cut its last turn short (SES-8)."`
	Reset         *Pattern `yaml:"reset" of:"text" doc:"Why it took the place of the one before by itself: suspended, idle or daily; null: it did not."`
	HadActivity   *Pattern `yaml:"had_activity" of:"bool" doc:"Whether the session that it replaced so ever had a turn (SES-6)."`
	Previous      *Pattern `yaml:"previous" of:"text" doc:"The id of the session that it replaced so; null: none."`
	Fresh         *Pattern `yaml:"fresh" of:"bool" doc:"A user asked for it with /new or /reset (SES-5)."`
	Running       *Pattern `yaml:"running" of:"bool" doc:"A turn runs in it."`
	Restarts      *Pattern `yaml:"restarts" of:"number" doc:"Over how many starts in a row a turn of it ran (SES-9)."`
	Turns         *Pattern `yaml:"turns" of:"number" doc:"Turns begun in it."`
	Age           *Pattern `yaml:"age" of:"number" doc:"Seconds since the key began to name it."`
	Unused        *Pattern `yaml:"unused" of:"number" doc:"Seconds since it was last used."`
	Transcript    *Pattern `yaml:"transcript" of:"list" doc:"What was said in it, oldest first: role (user or assistant), text, undone (SES-12)."`
	Past          *Pattern `yaml:"past" of:"list" doc:"The sessions that its key named before, newest first: id, ended."`
}

// StoreFile is what happens to the sessions file of a gateway.
type StoreFile struct {
	_ struct{} `one:"truncate|content|remove"`

	Truncate *int    `yaml:"truncate" range:"0.." doc:"Cut it after this many bytes, as if the disk had been full."`
	Content  *string `yaml:"content" doc:"Write this in its place."`
	Remove   bool    `yaml:"remove" doc:"Take it away."`
}
