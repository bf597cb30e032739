package gateway

// begin runs a turn that was admitted, and what waits after it, on a goroutine
// of its own. Run waits for it.
func (g *Gateway) begin(t *Turn) {
	defer g.run(t) // even if the observer fails: its lane is busy until it ran
	g.routed(t)
}

func (g *Gateway) run(t *Turn) {
	g.work.Begin()
	g.turns.Go(func() {
		defer g.work.End()
		for {
			t.run(g.ctx)
			if t = g.lanes.next(t); t == nil {
				return
			}
			if g.ctx.Err() != nil {
				t.over() // it will not run
				return
			}
			g.routed(t)
		}
	})
}

// routed lets the turn's session begin it, and tells of it.
func (g *Gateway) routed(t *Turn) {
	t.began()
	g.tell(t)
}

// tell tells the observer what the agent is about to get.
func (g *Gateway) tell(t *Turn) {
	if g.opt.Observer != nil {
		g.opt.Observer.Routed(t)
	}
}
