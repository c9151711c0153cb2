package debug

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden runs the debugger and compares what it writes with testdata/name.
func golden(t *testing.T, name string, opt Options, lines ...string) {
	t.Helper()
	var out bytes.Buffer
	if err := Run(t.Context(), opt, strings.NewReader(strings.Join(lines, "\n")+"\n"), &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%s differs (-update writes it anew)\n got\n%s\nwant\n%s", path, out.Bytes(), want)
	}
}

var combined = []string{
	`192.0.2.1 - kim [26/Apr/2018:01:28:08 +0900] "GET /%ED%95%9C?q=1 HTTP/1.1" 200 5120 "-" "Mozilla/5.0"`,
	`192.0.2.2 - - [26/Apr/2018:01:28:09 +0900] "-" 408 - "-" "-"`,
	`192.0.2.3 - - [26/Xpr/2018:01:28:09 +0900] "GET / HTTP/1.1" 200 12 "-" "curl/7.88"`,
	`192.0.2.4 - - [26/Apr/2018:01:28:09 +0900] "GET / HTTP/1.1" 200 12 "-"`,
}

func TestReport(t *testing.T) {
	golden(t, "report_combined", Options{Pattern: "%{HTTPD_COMBINEDLOG}"}, combined...)
	golden(t, "report_duration", Options{Pattern: "%{HTTPD_COMBINEDLOG}"},
		`192.0.2.1 - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 5 30 "-" "-"`)
	golden(t, "report_legacy", Options{Pattern: "%{HTTPD_COMBINEDLOG}", Legacy: true}, combined[:2]...)
	golden(t, "report_wide", Options{Pattern: `주문 %{INT:order:int} 완료`},
		"주문 12 완료", "주문 열둘 완료", "오늘의 주문 3 취소", "a\t주문\x1b", "주문 99999999999 완료", "")
	golden(t, "report_types", Options{Pattern: `%{WORD:x} %{INT:x:int} %{NUMBER:f:float} %{WORD:b:boolean}(?<e>)`},
		"a 1 1.50 TRUE", "a 1 .5 no", "a 2147483648 1 x")
	golden(t, "report_definitions", Options{Pattern: "%{ORDER}$", Definitions: pattern.Map{"ORDER": "order=%{POSINT:order.id:long} %{STATE:order.state}", "STATE": "open|closed"}},
		"order=7 open", "order=7 opened", "order=0 open")
	golden(t, "report_word", Options{Pattern: `%{WORD:name} 님`}, "kim 님", "김철수 님")
	golden(t, "report_empty", Options{Pattern: "%{IP}"})
}

// TestReportFits demands that the caret is in the terminal and under the
// character that it is about, whatever the line is.
func TestReportFits(t *testing.T) {
	const width = 60
	for _, text := range []string{"x", "한", "e\u0301", "\t", "\xff"} {
		for _, before := range []int{0, 1, 20, 100, 5000} {
			line := strings.Repeat(text, before) + "!" + strings.Repeat(text, 300)
			var out bytes.Buffer
			opt := Options{Pattern: `^[^!]*+#`, Width: width}
			if err := Run(t.Context(), opt, strings.NewReader(line), &out); err != nil {
				t.Fatal(err)
			}
			rows := strings.Split(out.String(), "\n")
			for _, row := range rows[1:] {
				if columns(row) > width {
					t.Errorf("%q after %d of %q is too wide", row, before, text)
				}
			}
			column := columns(rows[2]) - 1
			if under := firstColumns(rows[1], column+1); !strings.HasSuffix(under, "!") {
				t.Errorf("after %d of %q the caret is at column %d of %q", before, text, column, rows[1])
			}
		}
	}
}

func TestFault(t *testing.T) {
	f := func(expression, want string) {
		t.Helper()
		var syntax *pattern.SyntaxError
		err := Run(t.Context(), Options{Pattern: expression}, strings.NewReader(""), new(bytes.Buffer))
		if !errors.As(err, &syntax) {
			t.Fatalf("%s: %v", expression, err)
		}
		if got := Fault(syntax); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", expression, got, want)
		}
	}
	f(`%{INT:주문} (?<=a+)b`, "    %{INT:주문} (?<=a+)b\n                ^")
	f(strings.Repeat("한", 60)+"(a", "    …"+strings.Repeat("한", 24)+"(a\n"+strings.Repeat(" ", 4+1+48)+"^")
}

func TestJSON(t *testing.T) {
	golden(t, "json_combined", Options{Pattern: "%{HTTPD_COMBINEDLOG}", JSON: true}, combined...)
	golden(t, "json_types", Options{Pattern: `%{WORD:x} %{INT:x:int} %{NOTSPACE:f:float} %{WORD:b:boolean}(?<e>)`, JSON: true},
		"a 1 1.50 TRUE", "a 1 NaN no", "a 1 -Infinity no", "a 1 1e30 no", "a 2147483648 1 x", "\"<\x00\xff 1 1 x")
	golden(t, "json_legacy", Options{Pattern: "%{COMBINEDAPACHELOG}", JSON: true, Legacy: true}, combined...)
}

func TestJSONLinesAreObjects(t *testing.T) {
	var out bytes.Buffer
	in := strings.Join(append(combined, "\xff\"\\\x01", "한글 \u2028"), "\n")
	if err := Run(t.Context(), Options{Pattern: "^%{GREEDYDATA:all}$", JSON: true}, strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != 6 {
		t.Fatalf("got %d lines, want 6", len(lines))
	}
	for _, line := range lines {
		var object struct {
			Match    bool
			Captures map[string]any
		}
		if err := json.Unmarshal([]byte(line), &object); err != nil || !object.Match || object.Captures["all"] == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestRunErrors(t *testing.T) {
	var syntax *pattern.SyntaxError
	err := Run(t.Context(), Options{Pattern: "%{NO_SUCH:x}"}, strings.NewReader("x\n"), new(bytes.Buffer))
	if !errors.As(err, &syntax) || !strings.Contains(err.Error(), "NO_SUCH") {
		t.Errorf("an unknown pattern: %v", err)
	}
	err = Run(t.Context(), Options{Pattern: "x"}, strings.NewReader(strings.Repeat("x", maxLine+100)), new(bytes.Buffer))
	if err == nil || !strings.Contains(err.Error(), "line 1 is longer than 16 MiB") {
		t.Errorf("a line without end: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Run(ctx, Options{Pattern: "x"}, strings.NewReader("x\n"), new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run: %v", err)
	}
	if err := Run(t.Context(), Options{Suggest: true}, strings.NewReader(" \n"), new(bytes.Buffer)); err == nil {
		t.Error("a suggestion for no lines")
	}
}

func TestLines(t *testing.T) {
	f := func(in string, want ...string) {
		t.Helper()
		l := newLineReader(strings.NewReader(in))
		var got []string
		for {
			line, err := l.next()
			if err != nil {
				break
			}
			got = append(got, string(line))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") || len(got) != len(want) {
			t.Errorf("%.40q: got %.80q, want %.80q", in, got, want)
		}
	}
	f("")
	f("a", "a")
	f("a\n\nb\r\n", "a", "", "b")
	f("a\rb\r\r\n", "a\rb\r")
	long := strings.Repeat("x", 200_000)
	f(long+"\nb\n"+long+"\r\n", long, "b", long)
}

func TestColumns(t *testing.T) {
	f := func(text string, want int) {
		t.Helper()
		if got := columns(visible([]byte(text))); got != want {
			t.Errorf("%q: got %d columns, want %d", text, got, want)
		}
	}
	f("abc", 3)
	f("한글", 4)
	f("\u1112\u1161\u11ab", 2) // 한, decomposed
	f("e\u0301", 1)
	f("ｆ", 2)
	f("😀", 2)
	f("\t", 2)
	f("\xff", 4)
	f("\u202e", 6)
}
