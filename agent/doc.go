package agent

//go:generate go test -run TestConfigReference . -update
