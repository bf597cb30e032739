package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"testing"

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
