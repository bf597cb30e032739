package match_test

import (
	"testing"

	"github.com/relaysim/relaysim/sim/match"
)

const (
	actionPattern = `{"type":"outbound","action":{"op":"send","chat_id":"C100","content":{"$re":"^answer"},` +
		`"reply_to":"${name}","metadata":{"scope_id":"G1","user_id":"U7","thread_id":{"$absent":true}}},"platform":"discord"}`
	actionFrame = `{"type":"outbound","requestId":"0123456789abcdef","action":{"op":"send","chat_id":"C100",` +
		`"content":"answer to from guild A","reply_to":"ann","metadata":{"notify":true,"scope_id":"G1","user_id":"U7"}},` +
		`"platform":"discord","botId":"bot-d"}`
)

func BenchmarkMatchAnAction(b *testing.B) {
	p, err := match.Compile(tree(b, actionPattern))
	if err != nil {
		b.Fatal(err)
	}
	got, e := tree(b, actionFrame), newEnv()
	b.ReportAllocs()
	for b.Loop() {
		if diffs := p.Match(got, e); diffs != nil {
			b.Fatal(diffs)
		}
	}
}

func BenchmarkCompileAnAction(b *testing.B) {
	p := tree(b, actionPattern)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := match.Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExplainAnAction(b *testing.B) {
	p, err := match.Compile(tree(b, actionPattern))
	if err != nil {
		b.Fatal(err)
	}
	got, e := tree(b, `{"type":"outbound","action":{"op":"send","chat_id":"C1"}}`), newEnv()
	b.ReportAllocs()
	for b.Loop() {
		if diffs := p.Match(got, e); len(diffs) != 5 {
			b.Fatal(diffs)
		}
	}
}
