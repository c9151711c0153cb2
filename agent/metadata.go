package agent

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/naru-log/naru/event"
)

// ECSVersion is the version of the Elastic Common Schema that documents follow.
const ECSVersion = "8.17.0"

// Identity is what every document says about the agent that wrote it.
type Identity struct {
	ID      string // random, kept in the state directory
	Name    string // the host's name
	Version string
}

// LoadIdentity reads the agent's id from dir, making one the first time.
func LoadIdentity(dir, version string) (Identity, error) {
	host, err := os.Hostname()
	if err != nil {
		return Identity{}, fmt.Errorf("ask for the host name: %w", err)
	}
	id := Identity{Name: host, Version: version}
	path := filepath.Join(dir, "agent-id")
	text, err := os.ReadFile(path)
	switch {
	case err == nil && len(strings.TrimSpace(string(text))) == 32:
		id.ID = strings.TrimSpace(string(text))
		return id, nil
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return Identity{}, fmt.Errorf("read agent id: %w", err)
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	id.ID = hex.EncodeToString(raw[:])
	if err := os.WriteFile(path, []byte(id.ID+"\n"), 0o600); err != nil {
		return Identity{}, fmt.Errorf("keep agent id: %w", err)
	}
	return id, nil
}

// constants declares the fields that are the same in every document.
func (id Identity) constants(s *event.Schema, stream string) error {
	fields := []struct{ path, value string }{
		{"ecs.version", ECSVersion},
		{"agent.type", "naru"},
		{"agent.version", id.Version},
		{"agent.id", id.ID},
		{"agent.name", id.Name},
		{"host.name", id.Name},
	}
	if kind, dataset, namespace, ok := splitDataStream(stream); ok {
		fields = append(fields, []struct{ path, value string }{
			{"data_stream.type", kind},
			{"data_stream.dataset", dataset},
			{"data_stream.namespace", namespace},
			{"event.dataset", dataset},
		}...)
	}
	for _, f := range fields {
		if err := s.Const(f.path, f.value); err != nil {
			return err
		}
	}
	return nil
}

// splitDataStream takes type-dataset-namespace apart, the naming scheme of data
// streams.
func splitDataStream(name string) (kind, dataset, namespace string, ok bool) {
	kind, rest, ok := strings.Cut(name, "-")
	if !ok {
		return "", "", "", false
	}
	dataset, namespace, ok = strings.Cut(rest, "-")
	return kind, dataset, namespace, ok && kind != "" && dataset != "" && namespace != ""
}
