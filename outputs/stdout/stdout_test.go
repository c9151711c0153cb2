package stdout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/naru-log/naru/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lines makes an event writer and a function that writes one line of one batch.
func lines(o *Output) (event.Writer, func(ctx context.Context, text string, acked *int) error) {
	s := event.NewSchema()
	s.Freeze()
	ev, w := event.NewEvent(s), o.Writer(event.NewEncoder(s))
	source := event.NewSource(1, "/log", time.Unix(0, 0))
	return w, func(ctx context.Context, text string, acked *int) error {
		b := &event.Batch{Source: source}
		b.Arm(nil, func(*event.Batch) { *acked++ })
		ev.Reset(b, []byte(text), 0)
		defer b.Done()
		return w.Write(ctx, ev)
	}
}

func TestPrintsOnDeadlineAndAcknowledges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		o := New(Defaults(), &out)
		w, write := lines(o)
		acked := 0
		if err := write(t.Context(), "one", &acked); err != nil {
			t.Fatal(err)
		}
		if err := write(t.Context(), "two", &acked); err != nil {
			t.Fatal(err)
		}
		if acked != 0 || out.Len() != 0 {
			t.Fatalf("acknowledged %d before anything was printed: %q", acked, &out)
		}
		if d := time.Until(w.Deadline()); d != chunkAge {
			t.Errorf("flush is due in %v, want %v", d, chunkAge)
		}
		if err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := "{\"message\":\"one\"}\n{\"message\":\"two\"}\n"; out.String() != want || acked != 2 {
			t.Errorf("printed %q with %d acknowledged, want %q with 2", &out, acked, want)
		}
		if !w.Deadline().IsZero() {
			t.Error("a flush is due with nothing to print")
		}
		if err := w.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := o.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestFullChunkGoesAtOnce(t *testing.T) {
	var out bytes.Buffer
	_, write := lines(New(Defaults(), &out))
	acked := 0
	if err := write(t.Context(), strings.Repeat("x", chunkBytes), &acked); err != nil {
		t.Fatal(err)
	}
	if acked != 1 || out.Len() < chunkBytes {
		t.Errorf("printed %d bytes with %d acknowledged", out.Len(), acked)
	}
}

type broken struct{ io.Writer }

var errPipe = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errPipe }

func TestBrokenWriterStopsTheOutput(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := New(Defaults(), broken{})
	w, write := lines(o)
	acked := 0
	if err := write(ctx, "one", &acked); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error)
	go func() { closed <- w.Close(ctx) }()
	if err := o.Run(ctx); !errors.Is(err, errPipe) {
		t.Errorf("Run: %v, want %v", err, errPipe)
	}
	cancel()
	if err := <-closed; !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v, want %v", err, context.Canceled)
	}
	if acked != 0 {
		t.Error("acknowledged what was not printed")
	}
}

func TestWriteDoesNotAllocate(t *testing.T) {
	s := event.NewSchema()
	s.Freeze()
	ev, w := event.NewEvent(s), New(Defaults(), io.Discard).Writer(event.NewEncoder(s))
	b := &event.Batch{}
	b.Arm(nil, nil)
	line := []byte(fmt.Sprintf("%0200d", 7))
	if n := testing.AllocsPerRun(2000, func() {
		ev.Reset(b, line, 0)
		if err := w.Write(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations per event", n)
	}
}
