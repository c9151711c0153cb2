package stacktrace

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

const chained = `[2026-11-26 17:57:31,269] ERROR in app: Exception on /fail [GET]
Traceback (most recent call last):
  File "app.py", line 20, in fail
    raise ConnectionRefusedError("no connection to the bank")
ConnectionRefusedError: no connection to the bank

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/flask/app.py", line 2525, in wsgi_app
    response = self.full_dispatch_request()
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "app.py", line 22, in fail
    raise RuntimeError("order %s cannot be paid" % request.args.get("order")) from e
shop.errors.Unpaid: order 7 cannot be paid
in the second line too
`

const grouped = `  + Exception Group Traceback (most recent call last):
  |   File "/srv/t.py", line 3, in <module>
  |     raise ExceptionGroup("two things", [ValueError(1), TypeError(2)])
  | ExceptionGroup: two things (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/u.py", line 9, in inner
    | ValueError: 1
    +------------------------------------`

const nested = "Servlet.service() threw exception\n" +
	"jakarta.servlet.ServletException: order 7 cannot be paid:\nno connection\n" +
	"\tat shop.App.checkout(App.java:47)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n" +
	"Caused by: java.sql.SQLException: Connection refused\n\tat shop.App.connect(App.java:45)\n\t... 2 more\n"

const jenkins = "cannot save\njava.sql.SQLException: refused\n\tat a.B.connect(B.java:3)\nCaused: java.io.IOException: no bank\n\tat a.B.save(B.java:9)\n\tat a.B.run(B.java:1)\n"

func TestTraces(t *testing.T) {
	for _, tt := range []struct{ name, in, message, class, text, origin string }{
		{"chained", chained, "[2026-11-26 17:57:31,269] ERROR in app: Exception on /fail [GET]", "shop.errors.Unpaid", "order 7 cannot be paid\nin the second line too", "app.py:22 fail"},
		{"of Python alone", "Traceback (most recent call last):\n  File \"a.py\", line 1\n    x y\n    ^\nSyntaxError: invalid syntax", "", "SyntaxError", "invalid syntax", "a.py:1 "},
		{"without text", "x\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\nKeyboardInterrupt", "x", "KeyboardInterrupt", "", "a.py:1 f"},
		{"a group", grouped, "", "ExceptionGroup", "two things (2 sub-exceptions)", "/srv/t.py:3 <module>"},
		{"Python cut off", "x\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f", "x", "", "", "a.py:1 f"},
		{"no exception behind it", "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\nwhat is this", "", "", "", "a.py:1 f"},
		{"Java", nested, "Servlet.service() threw exception", "jakarta.servlet.ServletException", "order 7 cannot be paid:\nno connection", "App.java:47 shop.App.checkout"},
		{"indented Java", "stock is low\n\tjava.lang.IllegalStateException: three left\n\t\tat shop.App.service(App.java:22)", "stock is low", "java.lang.IllegalStateException", "three left", "App.java:22 shop.App.service"},
		{"Java's main", "Exception in thread \"main\" java.lang.Error\n\tat a.B.main(Native Method)", "", "java.lang.Error", "", ":0 a.B.main"},
		{"Jenkins", jenkins, "cannot save", "java.io.IOException", "no bank", "B.java:9 a.B.save"},
		{"Jenkins, with a suppressed one", "x\nAlso:   a.b.Closed: late\n\t\tat a.B.close(B.java:3)\njava.io.IOException\n\tat a.B.save(B.java:9)", "x", "java.io.IOException", "", "B.java:9 a.B.save"},
		{"places alone", "thread dump\n\tat a.B.run(B.java:3)", "thread dump", "", "", "B.java:3 a.B.run"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := process(t, tt.in)
			origin := fmt.Sprintf("%s:%.0f %s", or(doc, "log.origin.file.name", ""), or(doc, "log.origin.file.line", 0.0), or(doc, "log.origin.function", ""))
			for _, c := range [][2]any{
				{or(doc, "message", ""), tt.message}, {or(doc, "error.type", ""), tt.class}, {or(doc, "error.message", ""), tt.text}, {origin, tt.origin},
				{or(doc, "error.stack_trace", ""), strings.TrimSpace(strings.TrimPrefix(tt.in, tt.message))},
			} {
				got := c[0]
				if s, ok := got.(string); ok {
					got = strings.TrimSpace(s)
				}
				if want := strings.TrimSpace(c[1].(string)); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
}

func TestNoTrace(t *testing.T) {
	for _, in := range []string{"", "plain", "I saw Traceback (most recent call last): in a line", "at the door (closed)\nat a.b(c)", " at home\n at a b.c(d)\n at x(y)\n at a.b(c", "java.lang.Error: no places"} {
		doc := process(t, in)
		if or(doc, "message", "") != in || doc["error"] != nil {
			t.Errorf("%q became %v", in, doc)
		}
	}
}

func process(t testing.TB, in string) map[string]any {
	doc, verdict := eventtest.Run(t, in, nil, func(s *event.Schema) (event.Filter, error) { return New(Defaults(), s) }, nil)
	if verdict != event.Keep {
		t.Fatalf("%q is dropped", in)
	}
	return doc
}

func or(doc map[string]any, path string, without any) any {
	var v any = doc
	for key := range strings.SplitSeq(path, ".") {
		inner, _ := v.(map[string]any)
		v = inner[key]
	}
	if v == nil {
		return without
	}
	return v
}

func TestDoesNotAllocate(t *testing.T) {
	s := event.NewSchema()
	f, err := New(Defaults(), s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	ev, p := event.NewEvent(s), f.Processor()
	for _, text := range []string{chained, nested, grouped, jenkins} {
		line := []byte(strings.TrimSpace(text))
		if n := testing.AllocsPerRun(100, func() {
			ev.Reset(nil, line, 0)
			p.Process(ev)
		}); n != 0 {
			t.Errorf("%v allocations for %.30q", n, text)
		}
	}
}

func BenchmarkNoTrace(b *testing.B) {
	bench(b, "[2026-11-26 17:57:31,269] INFO in app: order 7 was paid by card")
}
func BenchmarkPython(b *testing.B) { bench(b, chained) }
func BenchmarkJava(b *testing.B)   { bench(b, nested) }
func bench(b *testing.B, in string) {
	s := event.NewSchema()
	f, err := New(Defaults(), s)
	if err != nil {
		b.Fatal(err)
	}
	s.Freeze()
	ev, p, line := event.NewEvent(s), f.Processor(), []byte(in)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, line, 0)
		p.Process(ev)
	}
}

// FuzzProcess: whatever the text, the parts come out of it and the document is
// JSON.
func FuzzProcess(f *testing.F) {
	for _, s := range []string{chained, grouped, nested, jenkins, "\tat a.b(c:d)", "Traceback (most recent call last):\n: x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		doc := process(t, strings.ToValidUTF8(in, "?"))
		for _, path := range []string{"message", "error.type", "error.message", "error.stack_trace", "log.origin.file.name", "log.origin.function"} {
			if v := or(doc, path, "").(string); !strings.Contains(strings.ToValidUTF8(in, "?"), v) {
				text, _ := json.Marshal(doc)
				t.Errorf("%s is not of %q: %s", path, in, text)
			}
		}
	})
}
