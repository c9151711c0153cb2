package file

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/unicode"

	"github.com/naru-log/naru/event"
)

// TestEncodedFiles follows files of other encodings over stops, kills and chunks
// that end within a character.
func TestEncodedFiles(t *testing.T) {
	for _, tt := range []struct {
		name string
		enc  encoding.Encoding
		text string
	}{
		{"euc-kr", korean.EUCKR, "요청한 페이지를 찾을 수 없습니다"},
		{"cp949", korean.EUCKR, "똠방각하가 펲시콜라를 마신다"},
		{"utf-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "한글 ਊ 😀"},
		{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "한글 ਊ 😀"},
		{"latin1", charmap.ISO8859_1, "café à la crème"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			x := newSchedule(t, "access.log", 1)
			x.a.cfg.Encoding = tt.name
			enc := tt.enc.NewEncoder() // keeps that the byte order mark was written
			var want []string
			put := func(n int) {
				var b strings.Builder
				for range n {
					l := fmt.Sprintf("%d %s", len(want), tt.text)
					want = append(want, l)
					b.WriteString(l + "\r\n")
				}
				var text string
				var err error
				if len(want) == n || tt.name != "utf-16" {
					text, err = enc.String(b.String())
				} else {
					text, err = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(b.String())
				}
				must(t, err)
				x.put(text)
			}
			put(20)
			x.start()
			x.a.in.chunk = 101
			x.readAll()
			put(20)
			x.readAll()
			x.kill()
			x.start()
			x.a.in.chunk = 67
			put(20)
			x.settle()
			x.stop()
			x.a.check(want...)
		})
	}
}

// TestRotatelogs follows what Apache's rotatelogs writes: a new file now and then,
// with the old one still written to for a while, and a link that names the last.
func TestRotatelogs(t *testing.T) {
	for i, paths := range []string{"access.*", "current", "{access.*,current}"} {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			x := newSchedule(t, paths, 1)
			must(t, os.Remove(x.path))
			link := filepath.Join(filepath.Dir(x.path), "current")
			x.start()
			for i := range 6 {
				old := x.log
				x.path = filepath.Join(filepath.Dir(x.path), fmt.Sprintf("access.%d", 1700000000+86400*i))
				x.log = nil
				x.reopen()
				os.Remove(link)
				must(t, os.Link(x.path, link)) // as -L does
				x.write(5)
				_, err := old.WriteString(x.w.next(3))
				if i == 0 {
					x.w.lines = x.w.lines[:5] // the first one has no name any more
				}
				must(t, err)
				switch i {
				case 2:
					x.stop()
					x.start()
				case 4:
					x.kill()
					x.start()
				}
				x.settle()
				x.a.out.mu.Lock()
				n := len(x.a.out.lines)
				x.a.out.mu.Unlock()
				if n != len(x.w.lines) {
					t.Errorf("after file %d: %d lines, want %d", i, n, len(x.w.lines))
				}
			}
			x.finish(plan{})
		})
	}
}

// record is an event of several lines, as programs write it.
var records = []struct{ name, start, text string }{
	{"catalina.out", `^\d\d-[A-Z][a-z]{2}-\d{4} `, `26-Nov-2026 18:00:00.123 SEVERE [http-nio-8080-exec-1] org.apache.catalina.core.StandardWrapperValve.invoke Servlet.service() threw exception
	java.lang.IllegalStateException: no answer

		at com.example.Shop.order(Shop.java:42)
		at java.base/java.lang.Thread.run(Thread.java:840)
	Caused by: java.net.ConnectException: Connection refused
		... 12 more`},
	{"java.util.logging", `^[A-Z][a-z]{2} \d{1,2}, \d{4} `, `Nov 26, 2026 6:00:00 PM org.apache.catalina.startup.Catalina start
INFO: Server startup in [123] milliseconds`},
	{"Python", `^\d{4}-\d\d-\d\d `, `2026-11-26 18:00:00,123 ERROR in app: Exception on /order [POST]
Traceback (most recent call last):
  File "app.py", line 12, in order
    total = price / count

ZeroDivisionError: division by zero`},
}

// TestRecords reads records of several lines, blank ones among them, over chunk
// boundaries, restarts and kills. Each is one event, also the last of the file,
// which no other follows: it is sent when it has waited long enough.
func TestRecords(t *testing.T) {
	for _, r := range records {
		for _, ending := range []string{"\n", "\r\n"} {
			t.Run(fmt.Sprintf("%s/%q", r.name, ending), func(t *testing.T) {
				x := newSchedule(t, "access.log", 1)
				x.a.cfg.Multiline = &Multiline{StartPattern: r.start, Timeout: 3 * time.Second}
				var want []string
				put := func(n int) {
					for range n {
						text := fmt.Sprintf("%s %d", r.text, len(want))
						want = append(want, text)
						x.put(strings.ReplaceAll(text, "\n", ending) + ending)
					}
				}
				put(30)
				x.start()
				x.a.in.chunk = 157
				x.readAll()
				if n := x.a.out.count(); n != 29 {
					t.Errorf("%d records, want 29: the last may go on", n)
				}
				x.stop()
				x.start()
				x.a.in.chunk = 1000
				put(5)
				x.readAll()
				if n := x.a.out.count(); n != 34 {
					t.Errorf("%d records after a restart, want 34", n)
				}
				x.kill()
				x.start()
				whole := strings.ReplaceAll(r.text, "\n", ending)
				half := len(whole) / 2
				want = append(want, r.text)
				x.put(whole[:half]) // a record that comes in two parts
				x.readAll()
				x.wait(time.Second)
				x.put(whole[half:] + ending)
				x.readAll()
				x.wait(2 * time.Second)
				x.look()
				x.read()
				if n := x.a.out.count(); n != 35 {
					t.Errorf("%d records, want 35: the last has not waited for 3 seconds yet", n)
				}
				x.wait(2 * time.Second)
				x.look()
				x.readAll()
				x.stop()
				x.a.check(want...)
				for _, l := range want {
					if x.a.out.flags[l]&event.Multiline == 0 {
						t.Errorf("not marked as joined: %q", l)
					}
				}
			})
		}
	}
}

// TestRecordsOnce flushes the last record when reading once.
func TestRecordsOnce(t *testing.T) {
	for _, r := range records {
		path := filepath.Join(t.TempDir(), "app.log")
		a := newAgent(t, newDelivery(t, 1), path)
		a.cfg.Multiline = &Multiline{StartPattern: r.start, Timeout: time.Hour}
		want := []string{r.text + " 1", r.text + " 2"}
		write(t, path, strings.Join(want, "\n")) // without newline at the end
		a.once()
		a.check(want...)
	}
}

// TestRecordLimits cuts records that are too long by lines and bytes, the same way
// however they are read.
func TestRecordLimits(t *testing.T) {
	for _, chunk := range []int{100, 300, 1 << 16} {
		x := newSchedule(t, "access.log", 1)
		x.a.cfg.Multiline = &Multiline{StartPattern: "^start", MaxLines: 3, Timeout: time.Second}
		x.a.cfg.MaxLineBytes = minLineBytes
		x.put("start a\n 1\n 2\n 3\n 4\nstart b\n" + strings.Repeat(strings.Repeat("x", 600)+"\n", 3) + "start c\n")
		x.start()
		x.a.in.chunk = chunk
		x.readAll()
		x.kill()
		x.start()
		x.a.in.chunk = chunk + 7
		x.settle()
		x.wait(2 * time.Second)
		x.look()
		x.settle()
		x.stop()
		line := strings.Repeat("x", 600)
		x.a.check("start a\n 1\n 2", " 3\n 4", "start b\n"+line, line, line, "start c")
	}
}
