package geoip

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naru-log/naru/event"
)

// asker is a filter with one worker's instance.
type asker struct {
	f  *Filter
	p  event.Processor
	ev *event.Event
	ip event.Slot
}

func newAsker(t testing.TB, c Config, log *slog.Logger, metrics prometheus.Registerer) *asker {
	t.Helper()
	s := event.NewSchema()
	ip, err := s.Slot("source.ip", event.IP)
	if err != nil {
		t.Fatal(err)
	}
	f, err := New(c, s, log, metrics)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return &asker{f, f.Processor(), event.NewEvent(s), ip}
}

func (a *asker) ask(addr []byte) string {
	a.ev.Reset(nil, nil, 0)
	a.ev.SetIP(a.ip, addr)
	a.p.Process(a.ev)
	return string(a.ev.Bytes(a.f.fragments[geo]))
}

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.text.Reset()
	return j.text.String()
}

func TestReload(t *testing.T) {
	path := temporary(t, "City", map[string]object{"1.2.3.0/24": city("Old")})
	synctest.Test(t, func(t *testing.T) {
		var log journal
		a := newAsker(t, with(func(c *Config) { c.Database, c.Fields = path, []string{"city_name"} }), slog.New(slog.NewTextHandler(&log, nil)), nil)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- a.f.Run(ctx) }()
		step := func(what, want, logged string) {
			t.Helper()
			time.Sleep(25 * time.Second) // two looks
			synctest.Wait()
			if got := a.ask([]byte("1.2.3.4")); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
			if text := log.take(); !strings.Contains(text, logged) {
				t.Errorf("%s: log has no %q:\n%s", what, logged, text)
			}
		}
		step("nothing happened", `"city_name":"Old"`, "GeoIP database opened")
		write(t, path, "City", map[string]object{"1.2.3.0/24": city("New")})
		step("replaced", `"city_name":"New"`, "GeoIP database opened")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		step("gone", `"city_name":"New"`, "is gone, the one in memory stays in use")
		if err := os.WriteFile(path, []byte("half a file"), 0o600); err != nil {
			t.Fatal(err)
		}
		step("damaged", `"city_name":"New"`, "cannot be used, the one in memory stays in use")
		write(t, path, "City", map[string]object{"1.2.3.0/24": city("Newer")})
		step("mended", `"city_name":"Newer"`, "GeoIP database opened")
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// Workers ask all the time while the database is replaced: each answer is of one
// version or of the one after it, and none is missing.
func TestReloadUnderLoad(t *testing.T) {
	name := func(i int) string { return "Version " + strconv.Itoa(i) }
	path := temporary(t, "City", map[string]object{"1.2.3.0/24": city(name(0))})
	a := newAsker(t, with(func(c *Config) { c.Database, c.Fields = path, []string{"city_name"} }), nil, nil)
	const versions = 30
	var done atomic.Bool
	var workers sync.WaitGroup
	for range 4 {
		w := &asker{a.f, a.f.Processor(), event.NewEvent(a.f.schema), a.ip}
		workers.Go(func() {
			seen := 0
			for last := false; !last; {
				last = done.Load()
				got := w.ask([]byte("1.2.3.4"))
				for seen < versions && got != `"city_name":"`+name(seen)+`"` {
					seen++
				}
			}
			if seen != versions-1 {
				t.Errorf("version %d was not followed by a later one; %d means that an answer was missing", seen, versions)
			}
		})
	}
	for i := 1; i < versions; i++ {
		write(t, path, "City", map[string]object{"1.2.3.0/24": city(name(i))})
		a.f.refresh() // it changed
		a.f.refresh() // it is the same as before: it is whole
	}
	done.Store(true)
	workers.Wait()
}

func TestRunWithoutDatabaseEndsWithContext(t *testing.T) {
	a := newAsker(t, Defaults(), nil, nil)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := a.f.Run(ctx); err != nil {
		t.Error(err)
	}
}

// A file that is cut short in place, while it is mapped, costs the answer, not
// the process.
func TestCutWhileMapped(t *testing.T) {
	networks := map[string]object{}
	for i := range 200 {
		networks["1.2."+strconv.Itoa(i)+".0/24"] = city("City number " + strconv.Itoa(i))
	}
	path := temporary(t, "City", networks)
	registry := prometheus.NewRegistry()
	a := newAsker(t, with(func(c *Config) { c.Database = path }), nil, registry)
	if got := a.ask([]byte("1.2.3.4")); got == "" {
		t.Fatal("no answer from the whole file")
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if got := a.ask([]byte("1.2.199.4")); got != "" {
		t.Errorf("answer %s from an empty file", got)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range families {
		values[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	if values["naru_geoip_database_damaged"] != 1 || values["naru_geoip_database_age_seconds"] < 0 {
		t.Errorf("metrics %v", values)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	path := temporary(t, "City", map[string]object{"1.2.0.0/16": city("x"), "1.3.0.0/16": city("y")})
	for name, c := range map[string]Config{"tables": Defaults(), "database": with(func(c *Config) { c.Database = path })} {
		a := newAsker(t, c, nil, nil)
		addrs := [][]byte{[]byte("1.2.3.4"), []byte("1.3.3.4"), []byte("9.9.9.9"), []byte("10.0.0.1"), []byte("host.example.com")}
		i := byte(0)
		fresh := []byte("1.2.3.100")
		if n := testing.AllocsPerRun(100, func() {
			for _, addr := range addrs {
				a.ev.Reset(nil, nil, 0)
				a.ev.SetIP(a.ip, addr)
				a.p.Process(a.ev)
			}
			fresh[7], fresh[8] = '0'+i/10%10, '0'+i%10 // an address not seen before
			i++
			a.ev.SetIP(a.ip, fresh)
			a.p.Process(a.ev)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
