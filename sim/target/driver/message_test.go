package driver

import "testing"

// A time that is not in the message is no number to whoever adds it.
func TestAdvanceAlwaysSaysHowFar(t *testing.T) {
	t.Parallel()
	line, err := encode(advanceMessage{Type: "advance", ID: 9})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(line), `{"type":"advance","id":9,"ms":0}`+"\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
