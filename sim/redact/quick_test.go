package redact

import "testing"

// What suspicious lets pass, the rest cuts nothing out of.
func FuzzSuspicious(f *testing.F) {
	for _, s := range []string{
		`{"type":"x","token":"Ab3dEf6hIj"}`, `{"h":[["cookie","a=b"]]}`, "Bearer x", "/link abc", "\\n/link\\tabc", `{"a":"\\ntoken=x"}`,
		"https://u:p@h", `https:\/\/u:p@h`, "a%74oken=x", "token:\\nAb3dEf6hIjKl", `"token" : "x"`, "--token x", "<token>x</token>",
		"eyJ0b2tlbiI6IkFiM2RFZjZoSWoifQ==", "7b22746f6b656e223a22416233644566227d", "interactions/1/x", `{"name":"link","options":[{"value":1}]}`,
		"sk-aaaaaaaaaaaaaaaaaa", "-----BEGIN PRIVATE KEY-----\nx", "?hm=a", "Kn0wnSecret9", "parrot", `token:\/`, `token:\fA`, "S24wd25TZWNyZXQ5", "eyJ0b2tl\nbiI6IkFi\nM2RFZjZo\nSWoifQ==",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fresh := func() *cutter {
			c := &cutter{vault: newVault(), words: newAutomaton([]string{"phone number"}), names: names{fields: map[string]bool{"phonenumber": true}}}
			c.vault.know("Kn0wnSecret9")
			c.vault.know("parrot")
			c.begin(len(b))
			return c
		}
		if fresh().suspicious(b, maxDepth) {
			return
		}
		find := (*cutter).lines
		if isJSON(b) {
			find = (*cutter).json
		}
		c := fresh()
		if edits := find(c, b, maxDepth); len(edits) > 0 {
			t.Fatalf("%q lets pass %q", b, splice(b, edits))
		}
	})
}
