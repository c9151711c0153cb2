package logformat

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/naru-log/naru/event"
	"github.com/naru-log/naru/internal/eventtest"
)

// run gives the document of a line as JSON.
func run(t testing.TB, c Config, line string) string {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	doc, verdict := eventtest.Run(t, line, nil, func(s *event.Schema) (event.Filter, error) { return New(c, s) }, nil)
	if verdict != event.Keep {
		t.Errorf("verdict %v", verdict)
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func with(server, text string) Config {
	c := Defaults()
	c.Timezone = "Asia/Seoul"
	switch server {
	case "apache":
		c.Apache = text
	case "nginx":
		c.Nginx = text
	case "tomcat":
		c.Tomcat = text
	case "uwsgi":
		c.UWSGI, c.UWSGIDate = text, "%Y-%m-%d %H:%M:%S"
	case "tomcat9":
		c.Tomcat, c.TomcatVersion = text, 9
	}
	return c
}

func TestProcess(t *testing.T) {
	for _, tt := range []struct{ server, format, line, want string }{
		{"apache", `%h %l %u %t "%r" %>s %b`, `h - a b [26/Apr/2018:01:28:08 +0900] "GET /x HTTP/1.1" 200 -`,
			`{"@timestamp":"2018-04-25T16:28:08.000Z","http":{"request":{"method":"GET"},"response":{"status_code":200},"version":"1.1"},"source":{"address":"h"},"url":{"original":"/x"},"user":{"name":"a b"}}`},
		{"apache", `"%r" %s %>s`, `"GET /old HTTP/1.0" 302 200`, `{"apache":{"access":{"original_status":302}},"http":{"request":{"method":"GET"},"response":{"status_code":200},"version":"1.0"},"url":{"original":"/old"}}`},
		{"apache", `"%r"`, `"GET /a\"b"`, `{"http":{"request":{"method":"GET"}},"url":{"original":"/a\\\"b"}}`},
		{"apache", `"%r"`, `"\x16\x03\x01"`, `{"apache":{"access":{"request":"\\x16\\x03\\x01"}}}`},
		{"apache", `"%r"`, `"GET /a b HTTP/1.1"`, `{"apache":{"access":{"request":"GET /a b HTTP/1.1"}}}`},
		{"apache", `"%r" %>s`, `"-" 408`, `{"http":{"response":{"status_code":408}}}`},
		{"apache", `%D %T %{ms}T`, `81234 0 81`, `{"event":{"duration":81234000}}`},
		{"apache", `%T`, `3`, `{"event":{"duration":3000000000}}`},
		{"apache", `%X %k`, `X 0`, `{"apache":{"access":{"connection_status":"aborted","keepalive_requests":0}}}`},
		{"apache", `%X`, `-`, `{"apache":{"access":{"connection_status":"close"}}}`},
		{"apache", `%I %O %S %B`, `10 20 30 0`, `{"http":{"request":{"bytes":10},"response":{"body":{"bytes":0},"bytes":20}},"network":{"bytes":30}}`},
		{"apache", `%v:%p %a %h %{c}a %{remote}p`, `www.example.com:443 9.9.9.9 host 10.0.0.1 5000`,
			`{"apache":{"access":{"peer_address":"10.0.0.1","remote_host":"host"}},"destination":{"domain":"www.example.com","port":443},"source":{"address":"9.9.9.9","port":5000}}`},
		{"apache", `[%{%d/%b/%Y:%H:%M:%S}t.%{usec_frac}t %{%z}t] %m`, `[26/Apr/2018:01:28:08.123456 +0900] PUT`, `{"@timestamp":"2018-04-25T16:28:08.123456000Z","http":{"request":{"method":"PUT"}}}`},
		{"apache", `%{sec}t.%{msec_frac}t`, `1524673688.042`, `{"@timestamp":"2018-04-25T16:28:08.042Z"}`},
		{"apache", `%{msec}t %{end:usec}t`, `1524673688042 1524673688043000`, `{"@timestamp":"2018-04-25T16:28:08.042Z","event":{"end":"2018-04-25T16:28:08.043Z"}}`},
		{"apache", `%{%F %T}t`, `2018-04-26 01:28:08`, `{"@timestamp":"2018-04-25T16:28:08.000Z"}`},
		{"apache", `%{%a, %e %B %y %I:%M:%S %p %Z}t`, `Wed,  5 April 18 01:28:08 PM GMT`, `{"@timestamp":"2018-04-05T13:28:08.000Z"}`},
		{"apache", `%U%q %H`, `/a?b=c HTTP/2.0`, `{"http":{"version":"2.0"},"url":{"path":"/a","query":"b=c"}}`},
		{"apache", `%U%q %H`, `/a b HTTP/2.0`, `{"http":{"version":"2.0"},"url":{"path":"/a b"}}`},
		{"apache", `"%{X-Forwarded-For}i" "%{Cookie}i" %{JSESSIONID}C %{X}o %{Y}e %{Z}n`, `"1.1.1.1, 2.2.2.2" "-" s o e n`,
			`{"apache":{"access":{"cookies":{"jsessionid":"s"},"env":{"y":"e"},"forwarded_for":"1.1.1.1, 2.2.2.2","notes":{"z":"n"},"response_headers":{"x":"o"}}}}`},
		{"apache", `%{SSL_PROTOCOL}x %{SSL_CIPHER}x`, `TLSv1.3 TLS_AES_256_GCM_SHA384`, `{"tls":{"cipher":"TLS_AES_256_GCM_SHA384","version":"1.3","version_protocol":"tls"}}`},
		{"apache", `%{JK_WORKER_NAME}n %{JK_LB_LAST_NAME}n %{JK_LB_LAST_ERRORS}n %{JK_REQUEST_DURATION}n`, `lb node2 4 0.012345`,
			`{"mod_jk":{"lb":{"last":{"errors":4,"name":"node2"}},"request":{"duration":12345000},"worker":{"name":"lb"}}}`},
		{"apache", `%P %{tid}P %A %f %R %L %{Host}i %V`, `7 140 127.0.0.1 /srv/a server-status abc www.example.com:8080 name`,
			`{"apache":{"access":{"error_log_id":"abc","file":"/srv/a","handler":"server-status","request_headers":{"host":"www.example.com:8080"}}},"destination":{"domain":"name","ip":"127.0.0.1"},"process":{"pid":7,"thread":{"id":140}}}`},
		{"apache", `"%400,501{User-agent}i" %!200,304{Referer}i`, `"\"\xeb\x82\x98\"" -`, `{"user_agent":{"original":"\"나\""}}`},
		{"apache", `"%{User-agent}i"`, `"\xc7\xd1"`, `{"user_agent":{"original":"\\xc7\\xd1"}}`},
		{"apache", `%u %%`, `"" %`, `{}`},
		{"apache", `%h\t%u`, "h\tu", `{"source":{"address":"h"},"user":{"name":"u"}}`},
		{"apache", `%h \"%r\"`, `h "GET / HTTP/1.1"`, `{"http":{"request":{"method":"GET"},"version":"1.1"},"source":{"address":"h"},"url":{"original":"/"}}`},

		{"nginx", `$remote_addr [$time_local] "$request" $status $request_time $upstream_response_time $upstream_status $upstream_addr`,
			`::1 [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 502 1.250 1.000, 0.250 : 0.000 502, 504 : 502 10.0.0.1:80, 10.0.0.2:80 : unix:/s`,
			`{"@timestamp":"2018-04-25T16:28:08.000Z","event":{"duration":1250000000},"http":{"request":{"method":"GET"},"response":{"status_code":502},"version":"1.1"},"nginx":{"access":{"upstream":{"address":["10.0.0.1:80","10.0.0.2:80","unix:/s"],"response_time":[1,0.25,0],"status":[502,504,502]}}},"source":{"address":"::1"},"url":{"original":"/"}}`},
		{"nginx", `escape=json {"time":"$time_iso8601","status":$status,"agent":"$http_user_agent","up":"$upstream_response_time","user":"$remote_user"}`,
			`{"time":"2018-04-26T01:28:08+09:00","status":200,"agent":"a \"b\" \u0001나","up":"","user":""}`,
			`{"@timestamp":"2018-04-25T16:28:08.000Z","http":{"response":{"status_code":200}},"user_agent":{"original":"a \"b\" \u0001나"}}`},
		{"nginx", `escape=none "$http_user_agent" "$http_referer" $status`, `"a "b" c" "r" 200`, `{"http":{"request":{"referrer":"r"},"response":{"status_code":200}},"user_agent":{"original":"a \"b\" c"}}`},
		{"nginx", `$msec "$http_user_agent" $custom ${pipe}x`, `1524673688.042 "\x22a\x5C\xEB\x82\x98" v .x`, `{"@timestamp":"2018-04-25T16:28:08.042Z","nginx":{"access":{"custom":"v","pipe":"."}},"user_agent":{"original":"\"a\\나"}}`},
		{"nginx", `$request_method $scheme://$host:$server_port$uri$is_args$args $server_protocol`, `GET http://h:80/a?b HTTP/1.0`,
			`{"destination":{"domain":"h","port":80},"http":{"request":{"method":"GET"},"version":"1.0"},"url":{"path":"/a","query":"b","scheme":"http"}}`},
		{"nginx", "log_format main escape=json '$remote_addr '\n  '\"$request\"';", `::1 "GET /\"x\" HTTP/1.1"`, `{"http":{"request":{"method":"GET"},"version":"1.1"},"source":{"address":"::1"},"url":{"original":"/\\\"x\\\""}}`},

		{"tomcat", `%h %l %u %t "%r" %s %b %D "%I" %F %S`, `127.0.0.1 - - [26/Apr/2018:01:28:08 +0900] "null null null" 400 - 20 "http-nio-exec-1" 3 -`,
			`{"@timestamp":"2018-04-25T16:28:08.000Z","event":{"duration":20000},"http":{"response":{"status_code":400}},"process":{"thread":{"name":"http-nio-exec-1"}},"source":{"address":"127.0.0.1"},"tomcat":{"access":{"request":"null null null","time_to_commit":3000000}}}`},
		{"tomcat9", `%D %{X-Request-Id}i`, `20 r`, `{"event":{"duration":20000000},"http":{"request":{"id":"r"}}}`},
		{"tomcat", `%{yyyy-MM-dd'T'HH:mm:ss.SSSXXX}t %U%q %m`, `2018-04-26T01:28:08.042+09:00 /a?b=1 GET`,
			`{"@timestamp":"2018-04-25T16:28:08.042Z","http":{"request":{"method":"GET"}},"url":{"original":"/a?b=1"}}`},
		{"tomcat", `"%{User-Agent}i" %{fracsec}T %{a}c %{b}r %{c}s`, `"\u00e9\"" 0.042 1 2 3`, `{"event":{"duration":42000000},"tomcat":{"access":{"attributes":{"b":"2"},"cookies":{"a":"1"},"session":{"c":"3"}}},"user_agent":{"original":"é\""}}`},

		{"uwsgi", `%(addr) - %(user) [%(ltime)] "%(method) %(uri) %(proto)" %(status) %(rsize) "%(referer)" "%(uagent)" %(micros) %(msecs) %(wid) %(host)`,
			`127.0.0.1 - - [26/Nov/2026:17:57:36 +0000] "GET /fail?order=7 HTTP/1.1" 500 265 "-" "odd "q" agent" 21358 21 1 shop.example.com:8080`,
			`{"@timestamp":"2026-11-26T17:57:36.000Z","destination":{"domain":"shop.example.com","port":8080},"event":{"duration":21358000},"http":{"request":{"method":"GET"},"response":{"body":{"bytes":265},"status_code":500},"version":"1.1"},"source":{"address":"127.0.0.1"},"url":{"original":"/fail?order=7"},"user_agent":{"original":"odd \"q\" agent"},"uwsgi":{"access":{"worker":1}}}`},
		{"uwsgi", `[%(ctime)] %(secs) %(size) %(hsize) %(vars) %(pktsize) %(cl) 100%`, `[Sun Nov  1 01:02:03 2026] 1.000946 84 78 24 261 3 100%`,
			`{"@timestamp":"2026-10-31T16:02:03.000Z","event":{"duration":1000946000},"http":{"request":{"body":{"bytes":3}},"response":{"bytes":84}},"uwsgi":{"access":{"header_bytes":78,"packet_bytes":261,"variables":24}}}`},
		{"uwsgi", `%(tmsecs) %(epoch) %(var.HTTP_X_FORWARDED_FOR) %(var.HTTP_ACCEPT) %(var.APP) %(metric.worker.1.requests) %(order)`, `1795715856684 1795715857 203.0.113.7 */* shop 4 o-7`,
			`{"@timestamp":"2026-11-26T17:57:36.684Z","event":{"end":"2026-11-26T17:57:37.000Z"},"uwsgi":{"access":{"env":{"app":"shop"},"forwarded_for":"203.0.113.7","logvars":{"order":"o-7"},"metrics":{"worker_1_requests":4},"request_headers":{"accept":"*/*"}}}}`},
		{"uwsgi", `{"time":"%(ftime)","at":%(tmicros),"method":"%(method)","uri":"%(uri)"}`, `{"time":"2026-11-26 17:57:36","at":1795715856684852,"method":"-","uri":"-"}`, `{"@timestamp":"2026-11-26T17:57:36.684852000Z"}`},
	} {
		c := with(tt.server, tt.format)
		if got := run(t, c, tt.line); got != tt.want {
			t.Errorf("%s of %s\n got %s\nwant %s", tt.format, tt.line, got, tt.want)
		}
	}
}

func TestLinesThatDoNotFit(t *testing.T) {
	for _, tt := range []struct{ server, format, line, want string }{
		{"apache", `"%r" %>s`, `GET`, "line does not begin as the log format does"},
		{"apache", `%t %>s`, `[26/Apr/2018:01:28:08 +0900] x`, "%>s stopped at byte 29"},
		{"apache", `%t %>s`, `[26/Apr/2018:25:28:08 +0900] 200`, "%t stopped at byte 1"},
		{"apache", `%t %>s`, `[31/Apr/2018:01:28:08 +0900] 200`, "there is no such time"},
		{"apache", `combined`, `h - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 5 "-" "a" "-"`, "%{User-Agent}i stopped at byte 65"},
		{"apache", `combined`, `h - - [26/Apr/2018:01:28:08 +0900] "GET /ind`, "%r stopped at byte 36"},
		{"apache", `%b`, `1234567890123456789`, "%b stopped at byte 0"},
		{"nginx", `$status $args`, ` x`, ""},
	} {
		got := run(t, with(tt.server, tt.format), tt.line)
		if tt.want == "" {
			continue
		}
		if !strings.Contains(got, tt.want) || !strings.Contains(got, `"_logformatparsefailure"`) || !strings.Contains(got, `"message":`) {
			t.Errorf("%s of %s: %s, want %q", tt.format, tt.line, got, tt.want)
		}
	}
}

// Without tags a line that does not fit is no failure: it stays as it is.
func TestQuiet(t *testing.T) {
	c := with("uwsgi", "[%(ltime)] %(status)")
	c.TagOnFailure = nil
	for _, line := range []string{"*** Starting uWSGI ***", "[31/Apr/2018:01:28:08 +0900] 200"} {
		if got, want := run(t, c, line), `{"message":"`+line+`"}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestConfigurationErrors(t *testing.T) {
	for _, tt := range []struct {
		change func(*Config)
		want   string
	}{
		{func(*Config) {}, "one of apache, nginx, tomcat and uwsgi"},
		{func(c *Config) { c.Apache, c.Nginx = "common", "combined" }, "nginx: apache is given too"},
		{func(c *Config) { c.UWSGI, c.UWSGIDate = "%(pid) %(ftime)", "%Q" }, "uwsgi: %(ftime) at character 8 is written by a log-date that has the conversion %Q"},
		{func(c *Config) { c.Apache = "%h %y" }, "apache: %y at character 4 is not a directive"},
		{func(c *Config) { c.Apache, c.Timezone = "%h", "Mars" }, `timezone: unknown time zone "Mars"`},
	} {
		c := Defaults()
		tt.change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("err = %v, want %q", err, tt.want)
		}
	}
}

func TestKeepSource(t *testing.T) {
	c := with("apache", "%h")
	c.KeepSource = true
	if got := run(t, c, "h"); got != `{"message":"h","source":{"address":"h"}}` {
		t.Error(got)
	}
}

const (
	combinedD = `%h %l %u %t "%r" %>s %b %D "%{Referer}i" "%{User-Agent}i"`
	line      = `203.0.113.77 - - [26/Apr/2018:01:28:08 +0900] "GET /board/list.jsp?page=2 HTTP/1.1" 200 5120 81234 "https://www.example.com/" "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/66.0.3359.117 Safari/537.36"`
)

func row(t testing.TB, c Config) (*event.Event, event.Processor) {
	s := event.NewSchema()
	f, err := New(c, s)
	if err != nil {
		t.Fatal(err)
	}
	s.Freeze()
	return event.NewEvent(s), f.Processor()
}

func TestDoesNotAllocate(t *testing.T) {
	for _, tt := range []struct{ server, format, line string }{
		{"apache", combinedD, line},
		{"apache", combinedD, strings.Replace(line, "Mozilla", `\"\xeb\x82\x98\"`, 1)},
		{"nginx", `[$time_iso8601] $upstream_response_time $upstream_status`, `[2018-04-26T01:28:08+09:00] 1.000, 0.25 502, 200`},
		{"apache", `%{%F %T}t.%{msec_frac}t %X`, `2018-04-26 01:28:08.042 +`},
	} {
		ev, p := row(t, with(tt.server, tt.format))
		b := []byte(tt.line)
		run := func() { ev.Reset(nil, b, 0); p.Process(ev) }
		run()
		if ev.Has(event.Message) {
			t.Errorf("%s does not fit", tt.line)
		}
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations", tt.line, n)
		}
	}
}

func BenchmarkCombined(b *testing.B) {
	ev, p := row(b, with("apache", combinedD))
	text := []byte(line)
	b.ReportAllocs()
	for b.Loop() {
		ev.Reset(nil, text, 0)
		p.Process(ev)
	}
}

func BenchmarkReset(b *testing.B) {
	ev, _ := row(b, with("apache", combinedD))
	text := []byte(line)
	for b.Loop() {
		ev.Reset(nil, text, 0)
	}
}

// Any line of any format makes a document.
func FuzzProcess(f *testing.F) {
	f.Add(combinedD, line)
	f.Add(`%{SSL_PROTOCOL}x %{Host}i %A %D "%{User-Agent}i"`, `TLSv1.2 [::1]:80 unix:/s 0.5 "\xeb\x82"`)
	f.Fuzz(func(t *testing.T, format, text string) {
		if strings.ToValidUTF8(text, "") != text {
			return
		}
		for _, server := range []string{"apache", "nginx", "tomcat"} {
			c := with(server, format)
			if _, err := New(c, event.NewSchema()); err == nil {
				run(t, c, text)
			}
		}
	})
}
