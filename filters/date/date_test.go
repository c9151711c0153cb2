package date

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

// reader is a filter with one worker's instance, and the row it works on.
type reader struct {
	ev     *event.Event
	p      event.Processor
	batch  *event.Batch
	failed event.Tag
}

func newReader(t testing.TB, change func(*Config), formats ...string) *reader {
	t.Helper()
	c := Defaults()
	c.Field, c.Formats, c.Timezone = "message", formats, "UTC"
	if change != nil {
		change(&c)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	failed := s.Tag("_dateparsefailure")
	s.Freeze()
	readAt := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return &reader{event.NewEvent(s), f.Processor(), &event.Batch{ReadAt: readAt}, failed}
}

// read gives the time in RFC 3339 and UTC, or "failed".
func (r *reader) read(text string) string {
	r.ev.Reset(r.batch, []byte(text), 0)
	r.p.Process(r.ev)
	if r.ev.HasTag(r.failed) {
		if r.ev.Has(event.Timestamp) || string(r.ev.Bytes(event.Message)) != text {
			return "failed, but changed the event"
		}
		return "failed"
	}
	return time.Unix(0, r.ev.UnixNano(event.Timestamp)).UTC().Format(time.RFC3339Nano)
}

func TestFormats(t *testing.T) {
	const apache = "dd/MMM/yyyy:HH:mm:ss Z"
	for _, tt := range []struct{ format, text, want string }{
		{apache, "26/Apr/2018:01:28:08 +0900", "2018-04-25T16:28:08Z"},
		{apache, "26/apr/2018:01:28:08 +09:00", "2018-04-25T16:28:08Z"},
		{apache, "26/Apr/2018:01:28:08 -0330", "2018-04-26T04:58:08Z"},
		{apache, "6/April/2018:1:2:3 Z", "2018-04-06T01:02:03Z"},
		{apache, "29/Feb/2016:00:00:00 +0000", "2016-02-29T00:00:00Z"},
		{apache, "29/Feb/2018:00:00:00 +0000", "failed"},
		{apache, "31/Apr/2018:01:28:08 +0900", "failed"},
		{apache, "26/Apr/2018:24:00:00 +0900", "failed"},
		{apache, "26/Apr/2018:01:60:08 +0900", "failed"},
		{apache, "26/Apr/2018:01:28:60 +0900", "failed"},
		{apache, "26/Apr/2018:01:28:08", "failed"},
		{apache, "26/Apr/2018:01:28:08 +0900 ", "failed"},
		{apache, "26/Xyz/2018:01:28:08 +0900", "failed"},
		{apache, "26/Apr/2300:01:28:08 +0900", "failed"},
		{apache, "-", "failed"},
		{apache, "", "failed"},
		{"yyyy/MM/dd HH:mm:ss", "2016/10/25 14:49:34", "2016-10-25T14:49:34Z"},
		{"EEE MMM dd HH:mm:ss yyyy", "Wed Oct 11 14:32:52 2000", "2000-10-11T14:32:52Z"},
		{"EEE MMM dd HH:mm:ss.SSSSSS yyyy", "Wed Oct 11 14:32:52.123456 2000", "2000-10-11T14:32:52.123456Z"},
		{"yyyy-MM-dd HH:mm:ss,SSS", "2018-04-26 01:28:08,123", "2018-04-26T01:28:08.123Z"},
		{"yyyy-MM-dd HH:mm:ss,SSS", "2018-04-26 01:28:08,1234", "failed"},
		{"yyyy-MM-dd'T'HH:mm:ss.SSSZZ", "2018-04-26t01:28:08.5+09:00", "2018-04-25T16:28:08.5Z"},
		{"yyyy-MM-dd 'o''clock' h a", "2018-04-26 o'clock 12 AM", "2018-04-26T00:00:00Z"},
		{"yyyy-MM-dd h:mm a", "2018-04-26 12:30 pm", "2018-04-26T12:30:00Z"},
		{"yyyy-MM-dd h:mm a", "2018-04-26 13:30 pm", "failed"},
		{"yyyy-MM-dd K:mm a", "2018-04-26 0:30 PM", "2018-04-26T12:30:00Z"},
		{"yyyy-MM-dd kk:mm", "2018-04-26 24:30", "2018-04-26T00:30:00Z"},
		{"yyyyMMddHHmmss", "20180426012808", "2018-04-26T01:28:08Z"},
		{"yyyyMMddHHmmssSSS", "20180426012808123", "2018-04-26T01:28:08.123Z"},
		{"yyMMdd HHmmss", "180426 012808", "2018-04-26T01:28:08Z"},
		{"MM/dd/yy", "04/26/18", "2018-04-26T00:00:00Z"},
		{"MM/dd/yy", "04/26/2018", "2018-04-26T00:00:00Z"},
		{"yyyy-DDD", "2018-116", "2018-04-26T00:00:00Z"},
		{"yyyy-DDD", "2018-366", "failed"},
		{"xxxx-'W'ww-e", "2018-W17-4", "2018-04-26T00:00:00Z"},
		{"xxxx-'W'ww-e", "2015-W53-7", "2016-01-03T00:00:00Z"},
		{"xxxx-'W'ww-e", "2016-W53-7", "failed"},
		{"yyyy-MM-dd HH:mm:ss z", "2018-04-26 01:28:08 KST", "2018-04-25T16:28:08Z"},
		{"yyyy-MM-dd HH:mm:ss z", "2018-04-26 01:28:08 PDT", "2018-04-26T08:28:08Z"},
		{"yyyy-MM-dd HH:mm:ss z", "2018-04-26 01:28:08 XYZ", "failed"},
		{"yyyy-MM-dd HH:mm:ss ZZZ", "2018-04-26 01:28:08 Asia/Seoul", "2018-04-25T16:28:08Z"},
		{"yyyy-MM-dd HH:mm:ss ZZZ", "2018-07-26 01:28:08 America/New_York", "2018-07-26T05:28:08Z"},
		{"yyyy-MM-dd HH:mm:ss ZZZ", "2018-07-26 01:28:08 Local", "failed"},
		{"yyyy-MM-dd HH:mm:ss ZZZ", "2018-07-26 01:28:08 ../../etc/passwd", "failed"},
		{"yyyy년 M월 d일", "2018년 4월 26일", "2018-04-26T00:00:00Z"},
		{"ISO8601", "2018-04-26T01:28:08+09:00", "2018-04-25T16:28:08Z"},
		{"ISO8601", "2018-04-26T01:28:08.123456789Z", "2018-04-26T01:28:08.123456789Z"},
		{"ISO8601", "2018-04-26T01:28:08.1234567891Z", "2018-04-26T01:28:08.123456789Z"},
		{"ISO8601", "2018-04-26 01:28:08,123", "2018-04-26T01:28:08.123Z"},
		{"ISO8601", "2018-04-26 01:28:08 +0900", "2018-04-25T16:28:08Z"},
		{"ISO8601", "2018-04-26T01:28", "2018-04-26T01:28:00Z"},
		{"ISO8601", "2018-04-26", "2018-04-26T00:00:00Z"},
		{"ISO8601", "2018-W17-4T12:00Z", "2018-04-26T12:00:00Z"},
		{"ISO8601", "2018-116", "2018-04-26T00:00:00Z"},
		{"ISO8601", "2018-04", "2018-04-01T00:00:00Z"},
		{"ISO8601", "2018-04-26T", "2018-04-26T00:00:00Z"},
		{"ISO8601", "2018-04-26T1:", "failed"},
		{"ISO8601", "2018-04-26 ", "failed"},
		{"ISO8601", "2018-04-26T01:28:08.Z", "failed"},
		{"ISO8601", "2018-13-26", "failed"},
		{"ISO8601", "20180426", "failed"},
		{"UNIX", "1524673688", "2018-04-25T16:28:08Z"},
		{"UNIX", "1524673688.123", "2018-04-25T16:28:08.123Z"},
		{"UNIX", "-1.5", "1969-12-31T23:59:58.5Z"},
		{"UNIX", "1.", "failed"},
		{"UNIX", "99999999999999999999", "failed"},
		{"UNIX", "x", "failed"},
		{"UNIX_MS", "1524673688123", "2018-04-25T16:28:08.123Z"},
		{"UNIX_MS", "-1", "1969-12-31T23:59:59.999Z"},
		{"UNIX_MS", "1524673688123.5", "failed"},
		{"TAI64N", "@4000000050d506482dbdf024", "2012-12-22T01:00:46.767422500Z"},
		{"TAI64N", "4000000050d506482dbdf024", "2012-12-22T01:00:46.767422500Z"},
		{"TAI64N", "@4000000050d506482dbdf0", "failed"},
		{"TAI64N", "@4000000050d50648ffffffff", "failed"},
	} {
		want := tt.want
		if at, err := time.Parse(time.RFC3339Nano, want); err == nil {
			want = at.Format(time.RFC3339Nano)
		}
		r := newReader(t, nil, tt.format)
		for range 2 { // the second time from memory
			if got := r.read(tt.text); got != want {
				t.Errorf("%s: %q = %s, want %s", tt.format, tt.text, got, want)
			}
		}
	}
}

func TestTimezones(t *testing.T) {
	for _, tt := range []struct{ zone, text, want string }{
		{"Asia/Seoul", "2018-04-26 01:28:08", "2018-04-25T16:28:08Z"},
		{"+09:00", "2018-04-26 01:28:08", "2018-04-25T16:28:08Z"},
		{"-0330", "2018-04-26 01:28:08", "2018-04-26T04:58:08Z"},
		{"Asia/Seoul", "2018-04-26 01:28:08 Z", "2018-04-26T01:28:08Z"},
		{"America/New_York", "2018-03-11 01:59:59", "2018-03-11T06:59:59Z"},
		{"America/New_York", "2018-03-11 03:00:00", "2018-03-11T07:00:00Z"},
		{"America/New_York", "2018-03-11 02:30:00", "2018-03-11T06:30:00Z"}, // no clock showed it
		{"America/New_York", "2018-11-04 01:30:00", "2018-11-04T05:30:00Z"}, // clocks showed it twice
	} {
		r := newReader(t, func(c *Config) { c.Timezone = tt.zone }, "ISO8601")
		if got := r.read(tt.text); got != tt.want {
			t.Errorf("%s in %s = %s, want %s", tt.text, tt.zone, got, tt.want)
		}
	}
}

func TestKorean(t *testing.T) {
	for _, tt := range []struct{ format, text, want string }{
		{"MMM dd, yyyy h:mm:ss a", "11월 22, 2026 2:29:43 오후", "2026-11-22T14:29:43Z"},
		{"MMM dd, yyyy h:mm:ss a", "1월 02, 2026 2:29:43 오전", "2026-01-02T02:29:43Z"},
		{"MMM dd, yyyy h:mm:ss a", "Nov 22, 2026 2:29:43 PM", "2026-11-22T14:29:43Z"},
		{"yyyy-MM-dd EEE", "2026-11-22 일요일", "2026-11-22T00:00:00Z"},
		{"yyyy-MM-dd EEE", "2026-11-22 일", "2026-11-22T00:00:00Z"},
	} {
		r := newReader(t, func(c *Config) { c.Locale = "ko" }, tt.format)
		if got := r.read(tt.text); got != tt.want {
			t.Errorf("%s: %q = %s, want %s", tt.format, tt.text, got, tt.want)
		}
	}
	if got := newReader(t, nil, "MMM dd yyyy").read("11월 22 2026"); got != "failed" {
		t.Errorf("English took a Korean month: %s", got)
	}
}

func TestMissingYear(t *testing.T) {
	for _, tt := range []struct{ now, text, want string }{
		{"2026-03-01T12:00:00Z", "Mar  1 11:59:59", "2026-03-01T11:59:59Z"},
		{"2026-03-01T12:00:00Z", "Mar  2 11:59:59", "2026-03-02T11:59:59Z"}, // a clock that is ahead
		{"2026-03-01T12:00:00Z", "Mar  2 12:00:01", "2025-03-02T12:00:01Z"},
		{"2026-01-01T00:00:10Z", "Dec 31 23:59:59", "2025-12-31T23:59:59Z"},
		{"2025-12-31T23:59:59Z", "Jan  1 00:00:05", "2026-01-01T00:00:05Z"},
		{"2026-03-01T12:00:00Z", "Feb 29 00:00:00", "2024-02-29T00:00:00Z"},
		{"2102-03-01T12:00:00Z", "Feb 29 00:00:00", "2096-02-29T00:00:00Z"},
		{"2026-03-01T12:00:00Z", "Feb 30 00:00:00", "failed"},
	} {
		r := newReader(t, nil, "MMM dd HH:mm:ss", "MMM  d HH:mm:ss")
		now, err := time.Parse(time.RFC3339, tt.now)
		if err != nil {
			t.Fatal(err)
		}
		r.batch.ReadAt = now
		if got := r.read(tt.text); got != tt.want {
			t.Errorf("%q read at %s = %s, want %s", tt.text, tt.now, got, tt.want)
		}
	}
}

// The memory of the last text never changes an answer.
func TestMemory(t *testing.T) {
	formats := []string{"yyyy-MM-dd HH:mm:ss.SSS Z", "UNIX", "ISO8601"}
	texts := []string{
		"2018-04-26 01:28:08.123 +0900", "2018-04-26 01:28:08.124 +0900", "2018-04-26 01:28:08.12x +0900", "2018-04-26 01:28:08.124 +0800",
		"2018-04-26 01:28:09.124 +0800", "1524673688.123", "1524673688.999", "1524673689.999", "-524673689.999", "-524673689.998",
		"2018-04-26T01:28:08.123", "2018-04-26T01:28:08.124", "2018-04-26T01:28:08,124", "", strings.Repeat("1", 80), "2018-04-26T01:28:08." + strings.Repeat("1", 80),
	}
	r := newReader(t, nil, formats...)
	for i, a := range texts {
		for _, b := range texts[:i] {
			for _, text := range []string{a, b} {
				if got, want := r.read(text), newReader(t, nil, formats...).read(text); got != want {
					t.Fatalf("%q after %q and %q = %s, alone %s", text, a, b, got, want)
				}
			}
		}
	}
}

// A fraction is read from memory only when no earlier format could take the text.
func TestMemoryKeepsTheOrderOfFormats(t *testing.T) {
	r := newReader(t, nil, "yyyy-MM-dd HH:mm:ss.'77'", "yyyy-MM-dd HH:mm:ss.SS")
	for _, tt := range []struct{ text, want string }{
		{"2018-04-26 01:28:08.12", "2018-04-26T01:28:08.12Z"},
		{"2018-04-26 01:28:08.77", "2018-04-26T01:28:08Z"},
		{"2018-04-26 01:28:08.13", "2018-04-26T01:28:08.13Z"},
	} {
		if got := r.read(tt.text); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestSourceAndTarget(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		set    func(*event.Event, event.Slot)
		want   string
	}{
		{"removed", nil, func(ev *event.Event, s event.Slot) { ev.SetString(s, "1524673688") }, "map[@timestamp:2018-04-25T16:28:08.000Z message:x]"},
		{"kept", func(c *Config) { c.KeepSource = true }, func(ev *event.Event, s event.Slot) { ev.SetString(s, "1524673688") }, "map[@timestamp:2018-04-25T16:28:08.000Z message:x time:1524673688]"},
		{"another target", func(c *Config) { c.Target = "event.start" }, func(ev *event.Event, s event.Slot) { ev.SetInt(s, 1524673688) }, "map[event:map[start:2018-04-25T16:28:08.000Z] message:x]"},
		{"in place", func(c *Config) { c.Target = "time" }, func(ev *event.Event, s event.Slot) { ev.SetFloat(s, 1524673688.5) }, "map[message:x time:2018-04-25T16:28:08.500Z]"},
		{"already a time", nil, func(ev *event.Event, s event.Slot) { ev.SetUnixNano(s, 1524673688e9) }, "map[@timestamp:2018-04-25T16:28:08.000Z message:x]"},
		{"absent", nil, func(*event.Event, event.Slot) {}, "map[message:x]"},
		{"another kind", nil, func(ev *event.Event, s event.Slot) { ev.SetBool(s, true) }, "map[message:x tags:[_dateparsefailure] time:true]"},
		{"own tag", func(c *Config) { c.TagOnFailure = []string{"a", "b"} }, func(ev *event.Event, s event.Slot) { ev.SetString(s, "?") }, "map[message:x tags:[a b] time:?]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Defaults()
			c.Field, c.Formats = "time", []string{"UNIX"}
			if tt.change != nil {
				tt.change(&c)
			}
			var slot event.Slot
			doc, verdict := eventtest.Run(t, "x", func(s *event.Schema) { slot, _ = s.Read("time") },
				func(s *event.Schema) (event.Filter, error) { return New(c, s) },
				func(ev *event.Event) { tt.set(ev, slot) })
			if got := fmt.Sprint(doc); got != tt.want || verdict != event.Keep {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(c *Config) { c.Formats = nil }, "formats: name at least one"},
		{func(c *Config) { c.Formats = []string{"UNIX", "yyyy-MM-dd'T"} }, `formats[1]: format "yyyy-MM-dd'T": the quote before "T" is not closed`},
		{func(c *Config) { c.Formats = []string{"yyyy G"} }, `formats[0]: format "yyyy G": letter "G" is not supported`},
		{func(c *Config) { c.Formats = []string{"HH:mm:ss"} }, "no date"},
		{func(c *Config) { c.Formats = []string{""} }, "cannot be empty"},
		{func(c *Config) { c.Timezone = "Asia/Soul" }, `timezone: unknown time zone "Asia/Soul"`},
		{func(c *Config) { c.Timezone = "" }, "timezone: is empty"},
		{func(c *Config) { c.Locale = "fr" }, `locale: unknown locale "fr"`},
		{func(*Config) {}, ""},
	} {
		c := Defaults()
		c.Field, c.Formats = "message", []string{"ISO8601"}
		tt.change(&c)
		err := c.Validate()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func TestNewNamesBadFields(t *testing.T) {
	c := Defaults()
	c.Field, c.Target = "a..b", "tags"
	_, err := New(c, event.NewSchema())
	for _, want := range []string{"field: ", "target: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}

func TestDoesNotAllocate(t *testing.T) {
	for _, tt := range []struct{ format, a, b string }{
		{"dd/MMM/yyyy:HH:mm:ss Z", "26/Apr/2018:01:28:08 +0900", "26/Apr/2018:01:28:09 +0900"},
		{"ISO8601", "2018-04-26T01:28:08.123", "2018-04-26T01:28:09"},
		{"yyyy-MM-dd HH:mm ZZZ", "2018-04-26 01:28 Asia/Seoul", "2018-04-26 01:29 Asia/Tokyo"},
		{"MMM dd HH:mm:ss", "Apr 26 01:28:08", "no date"},
	} {
		r := newReader(t, nil, tt.format)
		a, b := []byte(tt.a), []byte(tt.b)
		one := func(line []byte) {
			r.ev.Reset(r.batch, line, 0)
			r.p.Process(r.ev)
		}
		if n := testing.AllocsPerRun(100, func() { one(a); one(a); one(b) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.format, n)
		}
	}
}
