package main

import (
	"fmt"
	"net"

	"github.com/relaysim/relaysim/sim/record"
)

// listen opens what --listen says. near: only this machine reaches it.
func listen(flag string) (_ net.Listener, near bool, err error) {
	address, err := record.ListenAddress(flag)
	if err != nil {
		return nil, false, fmt.Errorf("--listen: %w", err)
	}
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, false, fmt.Errorf("--listen: %w", err)
	}
	tcp, ok := ln.Addr().(*net.TCPAddr)
	return ln, ok && tcp.IP.IsLoopback(), nil
}
