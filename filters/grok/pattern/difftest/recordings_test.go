package difftest

import (
	"testing"

	"github.com/naru-log/naru/filters/grok/pattern/bank"
)

func banks() map[string]map[string]string {
	return map[string]map[string]string{"ecs-v1": bank.ECS(), "legacy": bank.Legacy()}
}

// A naruCache compiles a pattern once for all of its cases.
type naruCache struct {
	banks    map[string]map[string]string
	patterns map[string]*naruPattern
}

func (n *naruCache) ask(c recording) outcome {
	if len(c.definitions) > 0 {
		return compileNaru(c.pattern, n.banks[c.bank], c.definitions).ask(c.line)
	}
	key := c.bank + " " + c.pattern
	if n.patterns[key] == nil {
		n.patterns[key] = compileNaru(c.pattern, n.banks[c.bank], nil)
	}
	return n.patterns[key].ask(c.line)
}

// TestRecordedCases demands of naru what the reference engine answered: match,
// captures with their types, and the order of the values of one name.
func TestRecordedCases(t *testing.T) {
	cases, _ := recordings(t)
	definitions := banks()
	engine := naruCache{banks: definitions, patterns: map[string]*naruPattern{}}
	var skipped int
	for _, c := range cases {
		if isMended(c.bank, c.pattern, definitions[c.bank]) {
			skipped++
			continue
		}
		got := engine.ask(c)
		if !got.equal(c.want) {
			t.Errorf("%v\n got %v %s\nwant %v", c, got, got.message, c.want)
		}
	}
	t.Logf("%d cases, %d of them of mended patterns", len(cases), skipped)
}

// TestRecordedErrors demands that naru refuses what the reference refuses. A
// line on which the reference ran out of time may have any answer, in time.
func TestRecordedErrors(t *testing.T) {
	_, refusals := recordings(t)
	definitions := banks()
	for _, c := range refusals {
		if isMended(c.bank, c.pattern, definitions[c.bank]) {
			continue
		}
		got := askNaru(c.pattern, definitions[c.bank], c.definitions, c.line)[0]
		if c.want.kind == timeout && got.kind != internal && got.kind != compile {
			continue
		}
		if got.kind != c.want.kind {
			t.Errorf("%v\n got %v %s\nwant %v %s", c, got, got.message, c.want, c.want.message)
		}
	}
}

// TestMendedPatternsWork shows what each of the mended patterns does on a
// line of its format.
func TestMendedPatternsWork(t *testing.T) {
	ecs := bank.ECS()
	f := func(name, line string, want ...capture) {
		t.Helper()
		got := askNaru("^%{"+name+"}$", ecs, nil, line)[0]
		if got.kind != matched {
			t.Errorf("%s: %v %s", name, got, got.message)
			return
		}
		for _, w := range want {
			if !hasCapture(got.captures, w) {
				t.Errorf("%s: got %v, want %s = %v", name, got, w.name, w.values)
			}
		}
	}
	text := func(name, value string) capture { return capture{name, []any{value}} }

	f("S3_ACCESS_LOG", `79a59df9 bucket [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - 891CE47D2EXAMPLE REST.GET.OBJECT key "GET /bucket/key HTTP/1.1" 200 - 113 113 7 6 "-" "S3Console/0.4" -`,
		text("timestamp", "06/Feb/2019:00:00:38 +0000"), text("client.ip", "192.0.2.3"))
	f("EXIM_REMOTE_HOST", "H=mail.example.com (helo) [192.0.2.1]:25",
		text("source.address", "mail.example.com"), text("source.ip", "192.0.2.1"), capture{"source.port", []any{int32(25)}})
	f("EXIM", "2014-08-10 11:18:46 1Gdwww-0002xj-Bz <= a@example.com H=mail.example.com [192.0.2.1] P=esmtp S=1200 id=x@example.com",
		text("source.ip", "192.0.2.1"), text("network.protocol", "esmtp"))
	f("CISCOFW106023", `Deny tcp src outside:192.0.2.1/1234 dst inside:198.51.100.2/80 by access-group "acl" [0x0, 0x1f]`,
		text("@metadata.cisco.asa.hashcode1", "0x0"), text("@metadata.cisco.asa.hashcode2", "0x1f"))
	f("CISCOFW106100", "access-list acl permitted tcp inside/192.0.2.1(1234) -> outside/198.51.100.2(80) hit-cnt 1 first hit [0xa, 0xb]",
		text("@metadata.cisco.asa.hashcode1", "0xa"), text("cisco.asa.rule_name", "acl"))
	f("CISCOFW106100_2_3", "access-list acl permitted tcp for user 'kim' inside/192.0.2.1(1234) -> outside/198.51.100.2(80) hit-cnt 1 first hit [0xa, 0xb]",
		text("user.name", "kim"))
	f("CISCOFW733100", "[ Scanning] drop rate-1 exceeded. Current burst rate is 10 per second, max configured rate is 5; Current average rate is 7 per second, max configured rate is 5; Cumulative total count is 4000",
		text("cisco.asa.burst.object", "Scanning"))
	f("IPTABLES", "IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=192.0.2.1 DST=198.51.100.2 LEN=60 TOS=0x00 PREC=0x00 TTL=52 ID=1234 DF PROTO=TCP SPT=1234 DPT=80 WINDOW=29200 RES=0x00 SYN ",
		text("destination.mac", "00:00:5e:00:53:01"), text("source.mac", "00:00:5e:00:53:02"))
	const packet = "IN=eth0 OUT= MAC=00:00:5e:00:53:01:00:00:5e:00:53:02:08:00 SRC=192.0.2.1 DST=198.51.100.2 LEN=40 TOS=0x00 PREC=0x00 TTL=236 ID=54321 PROTO=TCP SPT=41234 DPT=23 WINDOW=65535 RES=0x00 SYN "
	f("SHOREWALL", "Nov 26 10:00:01 fw kernel: Shorewall:net2fw:DROP:"+packet,
		text("shorewall.firewall.action", "DROP"), text("source.mac", "00:00:5e:00:53:02"))
	f("SFW2", "Nov 26 10:00:01 fw kernel: [12345.67] SFW2-INext-DROP-DEFLT "+packet,
		text("suse.firewall.action", "DROP-DEFLT"), text("source.mac", "00:00:5e:00:53:02"))
	f("ELB_ACCESS_LOG", `2026-11-26T10:00:01.123456Z my-lb 192.0.2.1:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://kim:pw@www.example.com:80/a?b HTTP/1.1"`,
		text("url.username", "kim"), text("url.domain", "www.example.com"), text("http.version", "1.1"))
	f("HTTPD_ERRORLOG", "[Thu Nov 26 10:00:01.123456 2026] [proxy:error] [pid 1234:tid 140169587934976] (111)Connection refused: AH00957: HTTP: attempt to connect to 127.0.0.1:8080 (localhost) failed",
		text("apache.error.proxy.error.message", "Connection refused"), text("error.code", "AH00957"))
	f("ELB_URI", "http://kim:secret@example.com:80/path?q=1", text("url.username", "kim"), text("url.domain", "example.com"))
	f("HTTPD24_ERRORLOG", "[Mon Aug 31 09:30:48.958285 2015] [proxy_fcgi:error] [pid 28787:tid 140169587934976] (70008)Partial results: [client 192.0.2.1:1234] AH01075: Error dispatching request",
		text("apache.error.proxy.error.code", "70008"), capture{"process.thread.id", []any{int64(140169587934976)}})
	f("CISCOFW302013_302014_302015_302016", "Built inbound TCP connection 1 for outside:192.0.2.1/1234 (192.0.2.1/1234)(kim) to inside:198.51.100.2/80 (198.51.100.2/80)",
		text("source.user.name", "kim"))
	f("RT_FLOW_EVENT", "RT_FLOW_SESSION_DENY")
}

// TestLibraryCompiles compiles every pattern of both sets, and tries each on
// a line that is none of its own.
func TestLibraryCompiles(t *testing.T) {
	for bankName, definitions := range banks() {
		for name := range definitions {
			for _, expression := range []string{"%{" + name + "}", "^%{" + name + ":whole}$"} {
				if got := askNaru(expression, definitions, nil, "그런 줄은 없다: 17 = x\n")[0]; got.kind != matched && got.kind != mismatched {
					t.Errorf("%s %s: %v %s", bankName, expression, got, got.message)
				}
			}
		}
	}
}

func hasCapture(list []capture, want capture) bool {
	for _, c := range list {
		if (outcome{kind: matched, captures: []capture{c}}).equal(outcome{kind: matched, captures: []capture{want}}) {
			return true
		}
	}
	return false
}
