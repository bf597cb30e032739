package record

import (
	"errors"
	"net"
	"strconv"
	"strings"
)

// ListenAddress is where to listen for "8080", ":8080" or an address with its
// host. Without a host it is 127.0.0.1: other machines are let in only by who
// writes their side of the machine out, such as 0.0.0.0:8080.
func ListenAddress(s string) (string, error) {
	if !strings.Contains(s, ":") {
		s = ":" + s
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", errors.New("want an address such as 127.0.0.1:8080")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return "", errors.New("want a port from 0 to 65535, such as 127.0.0.1:8080")
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
