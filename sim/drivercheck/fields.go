package drivercheck

import (
	"fmt"
	"strings"

	"github.com/relaysim/relaysim/sim/trace"
)

// fields are those of an event that scenarios look at, by their wire names.
var fields = []string{
	"text", "message_type", "message_id", "reply_to_message_id", "media_urls", "source.platform", "source.chat_id", "source.chat_type",
	"source.chat_name", "source.user_id", "source.user_name", "source.thread_id", "source.chat_topic",
}

// fieldsOf says which fields the first event of a trace was reported with.
func fieldsOf(list []*trace.Observation) string {
	for _, o := range list {
		if o.Kind != trace.Routed {
			continue
		}
		event := o.Event.JSON()
		var missing []string
		for _, f := range fields {
			if len(trace.Field(event, strings.Split(f, ".")...)) == 0 {
				missing = append(missing, f)
			}
		}
		if len(missing) == 0 {
			return fmt.Sprintf("its event has all %d fields", len(fields))
		}
		return fmt.Sprintf("its event has %d of %d fields; what scenarios say of %s is not compared, and those whose agent asks for it may be skipped", len(fields)-len(missing), len(fields), strings.Join(missing, ", "))
	}
	return ""
}
