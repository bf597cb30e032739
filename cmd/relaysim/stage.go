package main

import (
	"context"

	"github.com/relaysim/relaysim/gateway/wire"
	"github.com/relaysim/relaysim/sim/play"
	"github.com/relaysim/relaysim/sim/scenario"
	"github.com/relaysim/relaysim/sim/verdict"
)

// stage is what runs are played on: a *play.Stage, but in tests of the command.
type stage interface {
	Run(context.Context, *scenario.Scenario, *wire.Revision, play.Options) *verdict.Result
	Close() error
}

func openStage() (stage, error) { return play.NewStage() }
