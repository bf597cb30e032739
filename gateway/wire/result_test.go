package wire_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/relaysim/relaysim/gateway/wire"
)

func TestDecodeResult(t *testing.T) { // OUT-1, OUT-2, OUT-3
	noObject := wire.Result{Error: "relay result is not an object"}
	for _, tt := range []struct {
		raw  string
		want wire.Result
	}{
		{`{"success":true,"message_id":"9"}`, wire.Result{Success: true, MessageID: "9"}},
		{`{"success":false,"error":"no"}`, wire.Result{Error: "no"}},
		{`{"success":true,"message_id":5}`, wire.Result{Success: true, MessageID: "5"}},
		{`{"success":true,"message_id":null,"error":null}`, wire.Result{Success: true}},
		{`{"message_id":"5"}`, wire.Result{MessageID: "5"}},
		{`{"success":"false"}`, wire.Result{}},
		{`{"success":1,"error":["x"],"message_id":{}}`, wire.Result{}},
		{`{"success":true,"thread_id":"T"}`, wire.Result{Success: true, ThreadID: "T"}},
		{`{"chat_info":{"name":"general","type":"channel"}}`, wire.Result{ChatName: "general", ChatType: "channel"}},
		{`{"name":"general","type":"channel"}`, wire.Result{ChatName: "general", ChatType: "channel"}},
		{`{"chat_info":{"name":"a"},"name":"b","type":"c"}`, wire.Result{ChatName: "a", ChatType: "c"}},
		{`{"chat_info":"general"}`, wire.Result{}},
		{`{}`, wire.Result{}},
		{`null`, noObject}, {`[]`, noObject}, {`"ok"`, noObject}, {`5`, noObject}, {`{"success":true`, noObject}, {``, noObject},
	} {
		t.Run(tt.raw, func(t *testing.T) {
			raw := []byte(tt.raw)
			got := wire.DecodeResult(raw)
			clear(raw) // the line is the reader's again
			if string(got.Raw) != tt.raw {
				t.Errorf("raw is %q", got.Raw)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(wire.Result{}, "Raw")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
