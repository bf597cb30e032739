package gateway_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestGatewayKnowsNothingOfTheSimulator keeps the one arrow that matters:
// cmd to sim to gateway, and never back.
func TestGatewayKnowsNothingOfTheSimulator(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if len(deps) < 10 {
		t.Fatalf("only %d dependencies listed", len(deps))
	}
	for _, d := range deps {
		if strings.HasPrefix(d, "github.com/relaysim/relaysim/sim") || strings.HasPrefix(d, "github.com/relaysim/relaysim/cmd") {
			t.Errorf("gateway depends on %s", d)
		}
	}
}
