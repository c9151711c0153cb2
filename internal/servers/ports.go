package servers

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// The ports are taken from below Linux's ephemeral range (32768 and up), so that
// no outgoing connection can sit on the port of a server that is down for a
// moment and wants it back.
const (
	firstPort = 20000
	lastPort  = 32000
)

// FreePorts finds n loopback TCP ports that nobody listens on.
func FreePorts(n int) ([]int, error) {
	var ports []int
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	for try := 0; len(ports) < n; try++ {
		if try > 1000 {
			return nil, fmt.Errorf("find %d free ports on 127.0.0.1 between %d and %d: all taken", n, firstPort, lastPort)
		}
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		held = append(held, l)
		ports = append(ports, port)
	}
	return ports, nil
}
