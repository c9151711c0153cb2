package drop

import (
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

func TestProcess(t *testing.T) {
	c := Defaults()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	_, verdict := eventtest.Run(t, "GET /health", nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
	if verdict != event.Drop {
		t.Errorf("verdict %v", verdict)
	}
}
