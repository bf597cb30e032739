package replay

func (t *tape) makeTurns(map[string]int) {}
