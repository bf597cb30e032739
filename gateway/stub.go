package gateway

type Turn struct{}
