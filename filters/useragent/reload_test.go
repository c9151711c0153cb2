package useragent

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
)

// ruleFile is a rule file that a test replaces.
type ruleFile struct {
	t    *testing.T
	path string
}

// put replaces the file by one with a rule that gives every agent this family.
func (r ruleFile) put(family string) {
	r.write("user_agent_parsers:\n  - regex: '.'\n    family_replacement: '" + family + "'\n")
}

func (r ruleFile) write(text string) {
	r.t.Helper()
	if err := os.WriteFile(r.path+".new", []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(r.path+".new", r.path); err != nil {
		r.t.Fatal(err)
	}
}

func TestReload(t *testing.T) {
	rules := ruleFile{t, filepath.Join(t.TempDir(), "regexes.yaml")}
	rules.put("one")
	var logged strings.Builder
	synctest.Test(t, func(t *testing.T) {
		s := event.NewSchema()
		c := Defaults()
		c.Field, c.Regexes = "message", rules.path
		reg := prometheus.NewRegistry()
		f, err := New(c, s, slog.New(slog.NewTextHandler(&logged, nil)), reg)
		if err != nil {
			t.Fatal(err)
		}
		name, err := s.Read("user_agent.name")
		if err != nil {
			t.Fatal(err)
		}
		s.Freeze()
		ev, p := event.NewEvent(s), f.Processor()
		expect := func(want string) {
			t.Helper()
			ev.Reset(nil, []byte("agent"), 0)
			p.Process(ev)
			if got := string(ev.Bytes(name)); got != want {
				t.Errorf("name is %q, want %q", got, want)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- f.Run(ctx) }()
		wait := func() { time.Sleep(2*watchEvery + watchEvery/2); synctest.Wait() }

		expect("one")
		rules.put("two")
		wait()
		expect("two")
		rules.write("user_agent_parsers:\n  - regex: '('\n")
		wait()
		expect("two")
		if err := os.Remove(rules.path); err != nil {
			t.Fatal(err)
		}
		wait()
		wait()
		expect("two")
		rules.put("three")
		wait()
		expect("three")
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if got := count(t, f.file.loaded); got != 2 {
			t.Errorf("%v reloads counted, want 2", got)
		}
		if got := count(t, f.file.failed); got != 2 {
			t.Errorf("%v failed reloads counted, want 2: each once", got)
		}
	})
	for _, want := range []string{"line 2: regex '('", "no such file", "level=INFO"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, logged.String())
		}
	}
}

// TestFileBeingWritten changes the file at every look: it is not loaded before
// it rests.
func TestFileBeingWritten(t *testing.T) {
	rules := ruleFile{t, filepath.Join(t.TempDir(), "regexes.yaml")}
	rules.put("one")
	synctest.Test(t, func(t *testing.T) {
		c := Defaults()
		c.Regexes = rules.path
		f, err := New(c, event.NewSchema(), slog.New(slog.DiscardHandler), nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- f.Run(ctx) }()
		for i := range 5 {
			time.Sleep(watchEvery)
			synctest.Wait()
			rules.put(strings.Repeat("x", i+1))
		}
		if got := count(t, f.file.loaded); got != 0 {
			t.Errorf("loaded %v times while it changed", got)
		}
		time.Sleep(3 * watchEvery)
		synctest.Wait()
		if got := count(t, f.file.loaded); got != 1 {
			t.Errorf("loaded %v times after it rested, want 1", got)
		}
		stop()
		<-ended
	})
}

func TestRunWithBuiltInRulesEnds(t *testing.T) {
	f, err := build(nil)(event.NewSchema())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := f.(event.Runner).Run(ctx); err != nil {
		t.Error(err)
	}
}
