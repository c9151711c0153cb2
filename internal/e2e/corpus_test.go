//go:build servers

package e2e

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"go4.org/netipx"
)

// apacheCorpus makes the built-in Apache pipeline produce every field that it
// can, together with databases.
func apacheCorpus() []string {
	return []string{
		`8.8.8.8 ident minji [26/Apr/2018:01:28:08 +0900] "GET http://u:p@www.example.com:8080/board/list.jsp?page=2#top HTTP/1.1" 200 5120 81234 "https://www.example.com/" "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 Mobile/15E148 Safari/604.1" "extra" 12`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "GET /%EA%B2%80%EC%83%89?q=%EB%82%98 HTTP/1.1" 200 5120`,
		`monitoring-server - - [26/Apr/2018:01:28:08 +0900] "\x16\x03\x01" 400 226 99 "-" "-"`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "-" 408 - 30 "-" "-"`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "GET /%zz[ HTTP/1.1" 404 196 100 "-" "curl/8.5.0"`,
		`2001:4860:4860::8888 - - [26/Apr/2018:01:28:08 +0900] "POST /login HTTP/2.0" 302 - "-" "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"`,
		`8.8.8.8 - - [99/Apr/2018:99:28:08 +0900] "GET / HTTP/1.1" 200 1 1 "-" "-"`,
		`www.example.com:443 8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "GET / HTTP/1.1" 200 1 "-" "-"`,
		`[26/Apr/2018:01:28:08 +0900] 8.8.8.8 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET / HTTP/1.1" 45`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "GET /cut.in.ha`,
		`no log line at all`,
	}
}

// nginxCorpus is the same for Nginx.
func nginxCorpus() []string {
	return []string{
		`lessons.example.com:8443 "10.5.102.222, 8.8.8.8, 204.246.1.1" 10.2.1.185 - minji [22/Jan/2016:13:18:29 +0000] "GET http://u:p@other.example.com:8080/assets/x.js?q=100#f HTTP/1.1" 200 25507 "https://example.com" "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/54.0.2840.59 Safari/537.36" 0.123 more things`,
		`192.0.2.1:80 8.8.8.8 - - [22/Jan/2016:13:18:29 +0000] "hello" 408 0 "-" "-" 1.5`,
		`8.8.8.8 - - [22/Jan/2016:13:18:29 +0000] "GET / HTTP/1.1" 503 0 "-" "python-requests/2.31.0"`,
		`unix: - - [22/Jan/2016:13:18:29 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`,
		`8.8.8.8 - - [22/Jan/2016:13:18:29 +0000] "GET /v2 HTTP/2.0" 200 61 "-" "curl/8.5.0" 348 0.105 [default-web-80] [default-canary-80] 172.17.0.6:80, 172.17.0.7:80 61, 100 0.1, 0.004 502, 200 835136ae24486dbb`,
		`no log line at all`,
	}
}

// tomcatCorpus is the same for Tomcat's access log.
func tomcatCorpus() []string {
	return []string{
		`8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] "GET /board/list.jsp?page=2 HTTP/1.1" 200 5120`,
		`monitoring-server - - [26/Apr/2018:01:28:08 +0900] "null null null" 400 762`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "-" 408 -`,
		`no log line at all`,
	}
}

// apacheErrorCorpus is the same for Apache's error log.
func apacheErrorCorpus() []string {
	return []string{
		`[Thu Nov 26 17:59:10.252528 2026] [core:error] [pid 2119:tid 2123] [client 8.8.8.8:55864] AH00128: File does not exist: /srv/missing, referer: http://example.com/`,
		`[Thu Nov 26 17:59:10.252528 2026] [proxy:debug] [pid 2119:tid 2123] proxy_util.c(2829): (111)Connection refused: [remote 192.0.2.1:80] AH00957: failed`,
		`[Mon Dec 26 16:22:08 2016] [error] [client www.example.com] File does not exist: /var/www/favicon.ico`,
		`no log line at all`,
	}
}

// nginxErrorCorpus is the same for Nginx's error log.
func nginxErrorCorpus() []string {
	return []string{
		`2026/11/26 17:59:15 [error] 2994#2994: *4 connect() failed (111: Connection refused), client: 8.8.8.8, server: localhost, request: "GET /dead/x.js?a=1 HTTP/1.1", subrequest: "/auth", upstream: "http://127.0.0.1:19998/x", host: "www.example.com:8080", referrer: "http://e.com/"`,
		`2026/11/26 17:59:15 [info] 2994#2994: *4 client timed out, client: 127.0.0.1, server: , request: "GET /slow", host: "127.0.0.1"`,
		`2026/11/26 17:59:15 [notice] 2993#2993: nginx/1.22.1`,
	}
}

// tomcatLogCorpus is the same for catalina.out.
func tomcatLogCorpus() []string {
	return []string{
		"26-Nov-2026 17:59:28.846 SEVERE [exec-3] shop.App.service failed\n\tjava.sql.SQLException: Connection refused\n\t\tat shop.App.checkout(App.java:43)",
		"Nov 26, 2026 5:59:33 PM shop.App log\nINFO: fine",
	}
}

// modJKCorpus is the same for mod_jk's log.
func modJKCorpus() []string {
	return []string{
		`[Thu Nov 26 18:00:36.245 2026] [6751:1401] [info] ajp_connect_to_endpoint::jk_ajp_common.c (1064): (two) Failed opening socket to (127.0.0.1:27194) (errno=111)`,
		`[Thu Nov 26 18:00:36.245 2026] balancer www.example.com 0.001`,
		`no log line at all`,
	}
}

// databases writes GeoIP databases that know everything there is to know about
// 8.8.8.8, in the shape of MaxMind's.
func databases(t *testing.T) []string {
	t.Helper()
	type object = mmdbtype.Map
	text := func(s string) mmdbtype.String { return mmdbtype.String(s) }
	names := func(s string) object { return object{"names": object{"en": text(s)}} }
	country := names("South Korea")
	country["iso_code"] = text("KR")
	region := names("Seoul")
	region["iso_code"] = text("11")
	continent := names("Asia")
	continent["code"] = text("AS")
	records := map[string]object{
		"GeoLite2-City": {
			"city": names("Seoul"), "country": country, "continent": continent, "subdivisions": mmdbtype.Slice{region},
			"location": object{"latitude": mmdbtype.Float64(37.5), "longitude": mmdbtype.Float64(127), "time_zone": text("Asia/Seoul")},
			"postal":   object{"code": text("04524")},
		},
		"GeoIP2-ISP": {
			"autonomous_system_number": mmdbtype.Uint32(15169), "autonomous_system_organization": text("Example"), "isp": text("Example Telecom"), "as_domain": text("example.com"),
		},
		"GeoIP2-Anonymous-IP": {
			"is_anonymous": mmdbtype.Bool(true), "is_anonymous_vpn": mmdbtype.Bool(true), "is_hosting_provider": mmdbtype.Bool(true),
			"is_public_proxy": mmdbtype.Bool(true), "is_residential_proxy": mmdbtype.Bool(true), "is_tor_exit_node": mmdbtype.Bool(true),
		},
	}
	var paths []string
	for kind, record := range records {
		w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Insert(netipx.PrefixIPNet(netip.MustParsePrefix("8.8.8.0/24")), record); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), kind+".mmdb")
		out, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.WriteTo(out); err != nil {
			t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}
