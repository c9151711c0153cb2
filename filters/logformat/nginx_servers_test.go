//go:build servers

package logformat

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naru-log/naru/internal/servers/nginx"
)

var nginxFormats = []string{
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`,
	`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for" $request_time $upstream_response_time`,
	`escape=json {"time":"$time_iso8601","request":"$request","status":$status,"agent":"$http_user_agent","referer":"$http_referer","took":$request_time,"up":"$upstream_response_time","user":"$remote_user"}`,
	`escape=json {"msec":"$msec","uri":"$request_uri","method":"$request_method","proto":"$server_protocol","status":"$status","forwarded":"$http_x_forwarded_for","port":$remote_port}`,
	`escape=none $msec|$status|$request_time|$request_id|"$request"`,
	`[$time_iso8601] $host $server_name $server_addr:$server_port $remote_port $connection $connection_requests "$request" $status $bytes_sent $request_length $gzip_ratio $pipe`,
	`$msec $request_method $scheme://$host$uri$is_args$args $server_protocol $status`,
	`$remote_addr [$time_local] "$request" $status up="$upstream_addr" $upstream_status rt=$request_time uct="$upstream_connect_time" urt=$upstream_response_time "$http_user_agent"`,
	`$remote_addr,$time_iso8601,"$request_uri",$status,$body_bytes_sent,"$http_user_agent",$upstream_bytes_received,$upstream_cache_status`,
	`$upstream_addr $upstream_status $upstream_response_time $upstream_response_length $status "$request"`,
	`$remote_user $hostname $pid $ssl_protocol $ssl_cipher $content_length "$content_type" "$cookie_session" "$arg_q" $sent_http_content_type $status [$time_local]`,
	`$time_local $custom $status ${request_time}s "$request"`,
}

var nginxMarks = marks{
	"status": {"$status"}, "time": {"$time_", "$msec"}, "duration": {"request_time"}, "request": {`"$request"`}, "agent": {"$http_user_agent"},
	"referer": {"$http_referer"}, "port": {"$remote_port"}, "bytes": {"$body_bytes_sent"}, "nginx forwarded": {"$http_x_forwarded_for"},
	"nginx keep-alive": {"$connection_requests"}, "host": {" $host "}, "user": {"$remote_user"},
}

// What a real Nginx writes by a dozen formats is what the clients sent.
func TestNginx(t *testing.T) {
	var http, server strings.Builder
	// Two upstreams that nobody answers for, then one that does: lists.
	http.WriteString("upstream broken { server 127.0.0.1:1; server 127.0.0.1:2; }\nmap $status $custom { default \"own variable\"; }\n")
	server.WriteString("location /absent { proxy_pass http://broken; proxy_next_upstream error; error_page 502 = @found; }\nlocation @found { proxy_pass http://127.0.0.1:3; }\n")
	for i, format := range nginxFormats {
		escape, text := "", format
		if strings.HasPrefix(format, "escape=") {
			escape, text, _ = strings.Cut(format, " ")
		}
		fmt.Fprintf(&http, "log_format f%d %s '%s';\n", i, escape, text)
		fmt.Fprintf(&server, "access_log f%d.log f%d;\n", i, i)
	}
	s := nginx.Start(t, nginx.Config{HTTP: http.String(), Server: server.String()})
	all := traffic()
	drive(t, s.URL, all)
	s.Quit()
	for i, format := range nginxFormats {
		c := Defaults()
		c.Nginx = format
		path := filepath.Join(s.Dir, fmt.Sprintf("f%d.log", i))
		verify(t, c, format, path, nginxMarks, all)
		if strings.Contains(format, "$upstream_addr") {
			checkUpstreams(t, c, path)
		}
	}
}

// checkUpstreams looks for the request that three upstreams did not answer.
func checkUpstreams(t *testing.T, c Config, path string) {
	t.Helper()
	for _, doc := range documents(t, c, path) {
		if find(doc, "url.original") != "/absent/page.jsp" {
			continue
		}
		upstream := find(doc, "nginx.access.upstream").(map[string]any)
		if got := fmt.Sprint(upstream["address"], upstream["status"]); got != "[127.0.0.1:1 127.0.0.1:2 127.0.0.1:3] [502 502 502]" {
			t.Errorf("upstreams %s", got)
		}
		if times, _ := upstream["response_time"].([]any); len(times) != 3 {
			t.Errorf("response times %v, want three", times)
		}
		return
	}
	t.Errorf("%s lacks the request", path)
}
