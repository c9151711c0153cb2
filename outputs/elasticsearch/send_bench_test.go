package elasticsearch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/cputime"
)

// sinkVariable makes the test binary a server that takes bulks and does nothing
// with them, so that a benchmark's processor time is the sender's alone.
const sinkVariable = "NARU_TEST_SINK"

func runSink() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("http://" + l.Addr().String())
	bodies := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	items := []byte(strings.Repeat(`,{"create":{"status":201}}`, maxDocuments))
	one := len(items) / maxDocuments
	err = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		b := bodies.Get().(*bytes.Buffer)
		defer bodies.Put(b)
		b.Reset()
		var in io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			in, err = gzip.NewReader(r.Body)
		}
		if err == nil {
			_, err = b.ReadFrom(in)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		n := bytes.Count(b.Bytes(), []byte("\n")) / 2
		io.WriteString(w, `{"errors":false,"items":[`)
		w.Write(bytes.TrimPrefix(items[:n*one], []byte(",")))
		io.WriteString(w, `]}`)
	}))
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// startSink runs the sink as a process of its own.
func startSink(b *testing.B) (url string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), sinkVariable+"=1")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// BenchmarkSend ships documents of about 900 bytes to another process. What
// counts is cpu-ns/op: processor time of this process for each document. Most of
// the document is constant, so that it costs next to nothing to encode.
func BenchmarkSend(b *testing.B) {
	for _, bb := range []struct {
		name string
		set  func(*Config)
	}{
		{"Plain", func(*Config) {}},
		{"Gzip1", func(c *Config) { c.CompressionLevel = 1 }},
	} {
		b.Run(bb.name, func(b *testing.B) {
			c := config(b, startSink(b))
			bb.set(&c)
			s := event.NewSchema()
			if err := s.Const("constant", strings.Repeat("Mozilla/5.0 ", 70)); err != nil {
				b.Fatal(err)
			}
			out, err := New(c, s, Options{Logger: slog.New(slog.DiscardHandler), DeadLetters: &graveyard{}})
			if err != nil {
				b.Fatal(err)
			}
			s.Freeze()
			ev, w := event.NewEvent(s), out.Writer(event.NewEncoder(s))
			done := make(chan error)
			go func() { done <- out.Run(b.Context()) }()
			batch := &event.Batch{Source: event.NewSource(7, "/log", time.Unix(0, 0))}
			batch.Arm(nil, nil)
			line := []byte("GET /index.html")
			offset := int64(0)
			start := cputime.Used(b)
			for b.Loop() {
				ev.Reset(batch, line, offset)
				offset += 900
				if err := w.Write(b.Context(), ev); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(b.Context()); err != nil {
				b.Fatal(err)
			}
			if err := <-done; err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(cputime.Used(b)-start)/float64(b.N), "cpu-ns/op")
			b.ReportAllocs()
		})
	}
}
