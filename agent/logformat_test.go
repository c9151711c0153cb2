package agent

import (
	"testing"

	"github.com/naru-log/naru/agent/config"
	"github.com/naru-log/naru/pipelines"
)

// The built-in pipelines take the server's own format in place of their grok.
func TestPipelinesTakeAFormat(t *testing.T) {
	for _, tt := range []struct {
		server, format, line string
		want                 map[string]any
	}{
		{"apache", `vhost_combined`,
			`www.example.com:443 8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] "GET /shop/a.html?q=1 HTTP/1.1" 200 5120 "-" "curl/8.5.0"`,
			map[string]any{
				"@timestamp": "2018-04-25T16:28:08.000Z", "destination.domain": "www.example.com", "destination.port": 443.0, "url.domain": "www.example.com", "source.ip": "8.8.8.8", "user.name": "minji",
				"url.path": "/shop/a.html", "url.query": "q=1", "url.extension": "html", "http.response.bytes": 5120.0, "user_agent.name": "curl",
				"source.geo.country_iso_code": "US", "event.outcome": "success", "event.module": "apache",
			}},
		{"apache", `%h %l %u %t "%r" %>s %b %D %k %X "%{X-Forwarded-For}i"`,
			`10.0.0.1 - - [26/Apr/2018:01:28:08 +0900] "-" 408 - 30 0 - "1.1.1.1, 8.8.8.8"`,
			map[string]any{
				"event.reason": "request timeout", "event.duration": 30000.0, "apache.access.keepalive_requests": 0.0, "apache.access.connection_status": "close",
				"client.ip": "8.8.8.8", "source.ip": "8.8.8.8", "network.forwarded_ip": "8.8.8.8", "event.outcome": "failure",
			}},
		{"apache", `%t %h %{SSL_PROTOCOL}x %{SSL_CIPHER}x "%r" %b`,
			`[26/Apr/2018:01:28:08 +0900] 192.0.2.7 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET /%EA%B2%80 HTTP/1.1" 45`,
			map[string]any{"tls.version": "1.3", "tls.cipher": "TLS_AES_256_GCM_SHA384", "url.path": "/검", "http.response.body.bytes": 45.0}},
		{"apache", `common`, `not of this format`,
			map[string]any{"message": "not of this format", "error.message": "line does not fit the log format: %u stopped at byte 12", "event.duration": nil}},
		{"nginx", `escape=json {"time":"$time_iso8601","ip":"$remote_addr","request":"$request","status":$status,"took":$request_time,"host":"$host","agent":"$http_user_agent"}`,
			`{"time":"2018-04-26T01:28:08+09:00","ip":"8.8.8.8","request":"GET /a HTTP/2.0","status":500,"took":0.042,"host":"www.example.com","agent":"\"x\""}`,
			map[string]any{
				"@timestamp": "2018-04-25T16:28:08.000Z", "source.ip": "8.8.8.8", "related.ip": []any{"8.8.8.8"}, "url.path": "/a", "http.version": "2.0", "event.duration": 42000000.0,
				"url.domain": "www.example.com", "user_agent.original": `"x"`, "event.outcome": "failure",
			}},
		{"nginx", `combined`, `192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] "" 408 0 "-" "-"`,
			map[string]any{"http.response.status_code": 408.0, "event.reason": "request timeout", "url": nil, "user_agent": nil, "message": nil}},
		{"tomcat", `%h %l %u %t "%r" %s %b %D "%I" "%{User-Agent}i" "%{X-Forwarded-For}i"`,
			`10.0.0.1 - - [26/Apr/2018:01:28:08 +0900] "POST /jenkins/job/1/build HTTP/1.1" 503 - 81234 "http-nio-8080-exec-1" "curl/8.5.0" "8.8.8.8"`,
			map[string]any{
				"source.ip": "8.8.8.8", "client.ip": "8.8.8.8", "event.duration": 81234000.0, "process.thread.name": "http-nio-8080-exec-1", "url.path": "/jenkins/job/1/build",
				"user_agent.name": "curl", "event.outcome": "failure", "event.module": "tomcat", "data_stream.dataset": "tomcat.access",
			}},
	} {
		cfg, diags := config.Load([]string{tt.server}, config.Options{Kinds: Kinds(), Builtin: pipelines.FS(), Vars: map[string]string{"format": tt.format}})
		if diags.HasErrors() {
			t.Fatal(diags.Diagnostics)
		}
		b, more := newBench(cfg.Pipelines[0])
		if more.HasErrors() {
			t.Fatal(more)
		}
		if said := Check(cfg); len(said) > 0 {
			t.Errorf("%s by %s: %v", tt.server, tt.format, said)
		}
		doc, err := b.document(tt.line)
		if err != nil {
			t.Fatal(err)
		}
		for field, want := range tt.want {
			if got, _ := lookup(doc, field); encode(got) != encode(want) {
				t.Errorf("%s of %s by %s: %v, want %v", field, tt.line, tt.format, encode(got), encode(want))
			}
		}
	}
}
