package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/gateway/wire"
)

var decodesForward = decoding{
	got: func(in json.RawMessage) (json.RawMessage, error) {
		f, err := wire.DecodeForward(in)
		if err != nil {
			return nil, err
		}
		headers := f.Headers
		if headers == nil {
			headers = [][2]string{}
		}
		return json.Marshal(map[string]any{
			"platform": f.Platform, "bot_id": f.BotID, "method": f.Method, "path": f.Path,
			"headers": headers, "body_hex": hex.EncodeToString(f.Body),
		})
	},
}

var forwardReplaced = []replacement{
	{cases: `null platform|platform typed (True|\['x'\])`, rule: "PT-6", why: pythonText, want: `{"platform":null}`},
	{cases: `null botId|botId typed (True|\['x'\]|{'a': 1})`, rule: "PT-6", why: pythonText, want: `{"bot_id":null}`},
	{cases: `method typed (\['x'\]|{'a': 1})`, rule: "PT-6", why: pythonText, want: `{"method":null}`},
	{cases: `null path|path typed (True|\['x'\]|{'a': 1})`, rule: "PT-6", why: pythonText, want: `{"path":null}`},
	{cases: `headers typed values`, rule: "PT-3", why: pythonText, want: `{"headers":[["1","2"]]}`},
	{cases: `headers (number|true)`, rule: "PT-3", why: threw,
		want: `{"platform":"discord","bot_id":"bot1","method":"POST","path":"/interactions/bot1",
			"headers":[],"body_hex":"7b2274797065223a327d"}`},
}

func TestForwardGolden(t *testing.T) { // PT-1, PT-2, PT-3, PT-6
	decodesForward.run(t, "testdata/passthrough.json", "", forwardReplaced)
}

func TestForwardBody(t *testing.T) { // PT-2
	for b64, want := range map[string]string{
		"e30=":      "{}",
		"e3é0=":     "", // not ASCII: no base64 at all
		"e30=é":     "",
		"AA=AAAA=":  "", // the padding was in the middle, so it is missing at the end
		"e 3\\n0 =": "{}",
	} {
		f, err := wire.DecodeForward([]byte(`{"bodyB64":"` + b64 + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		if string(f.Body) != want {
			t.Errorf("%q: got %q, want %q", b64, f.Body, want)
		}
	}
}

func TestForwardFields(t *testing.T) { // PT-1, PT-3
	f, err := wire.DecodeForward([]byte(`{"platform":"discord","botId":7,"method":"POST","path":"/p","profile":"pr",
		"headers":[["B","1"],["a","2"],["B","3"],["x","y","z"],["x",null],[]],"bodyB64":"AP8="}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &wire.Forward{
		Platform: "discord", BotID: "7", Method: "POST", Path: "/p", Profile: "pr",
		Headers: [][2]string{{"B", "1"}, {"a", "2"}, {"B", "3"}}, Body: []byte{0, 0xff},
	}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestForwardAbsent(t *testing.T) { // PT-6
	if f, err := wire.DecodeForward(nil); err != nil || f.Platform != "" {
		t.Errorf("absent: got %+v, %v", f, err)
	}
	for _, raw := range []string{"null", "5", "[]", `"x"`, "", "{"} {
		if f, err := wire.DecodeForward([]byte(raw)); err == nil {
			t.Errorf("%q: got %+v", raw, f)
		}
	}
}
