package contract_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/relaysim/relaysim/sim/contract"
)

func TestARuleIsCoveredInEveryRevisionItHoldsIn(t *testing.T) {
	both := contract.Rule{ID: "A-1", Since: contract.R6}
	late := contract.Rule{ID: "A-2", Since: contract.R8}
	r6, r8 := []string{contract.R6}, []string{contract.R8}
	for _, c := range []struct {
		name   string
		claims []contract.Claim
		both   []string // missing
		late   []string
	}{
		{"nothing", nil, []string{contract.R6, contract.R8}, r8},
		{"one revision", []contract.Claim{{"A-1", "x", r8}, {"A-2", "x", r8}}, r6, nil},
		{"the wrong revision", []contract.Claim{{"A-2", "x", r6}}, []string{contract.R6, contract.R8}, r8},
		{"two together", []contract.Claim{{"A-1", "x", r8}, {"A-1", "y", r6}}, nil, r8},
		{"a test", []contract.Claim{{"A-1", "p.TestX", nil}, {"A-2", "p.TestX", nil}}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := contract.Cover([]contract.Rule{both, late}, c.claims)
			if diff := cmp.Diff([][]string{c.both, c.late}, [][]string{got[0].Missing, got[1].Missing}); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCoverListsEachSourceOnce(t *testing.T) {
	got := contract.Cover([]contract.Rule{{ID: "A-1"}}, []contract.Claim{{Rule: "A-1", By: "b"}, {Rule: "A-1", By: "a"}, {Rule: "A-1", By: "b"}})
	if diff := cmp.Diff([]string{"a", "b"}, got[0].By); diff != "" {
		t.Error(diff)
	}
}

func TestPercent(t *testing.T) {
	yes, no := contract.Coverage{}, contract.Coverage{Missing: []string{contract.R8}}
	for _, c := range []struct {
		list []contract.Coverage
		want float64
	}{
		{nil, 100},
		{[]contract.Coverage{yes, no}, 50},
		{[]contract.Coverage{yes, yes}, 100},
		{[]contract.Coverage{no}, 0},
	} {
		if got := contract.Percent(c.list); got != c.want {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}
