package debug

import (
	"cmp"
	"context"
	"maps"
	"regexp"
	"slices"
)

// probeLines is how many lines of the sample decide which formats are worth
// matching against all of it.
const probeLines = 40

// formats proposes the library's formats that match whole lines. It also
// finds those that match the heads of lines, best first.
func (s *suggester) formats(ctx context.Context) error {
	lines := spread(s.lines, probeLines)
	for _, expression := range s.formatExpressions(lines) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p, ok, err := s.try("^"+expression, lines)
		if err != nil {
			return err
		}
		if ok && p.values >= minValues*p.matched {
			s.heads = append(s.heads, p)
		}
	}
	slices.SortStableFunc(s.heads, func(a, b proposal) int {
		return cmp.Or(cmp.Compare(b.matched, a.matched), cmp.Compare(b.values, a.values))
	})
	return s.wholeFormats()
}

// wholeFormats proposes the formats that go on to the end of the line.
func (s *suggester) wholeFormats() error {
	for _, head := range s.heads {
		if len(s.proposals) == maxProposals {
			break
		}
		p, ok, err := s.try(head.expression+"$", s.lines)
		if err != nil {
			return err
		}
		if ok {
			p.whole = true
			s.proposals = append(s.proposals, p)
		}
	}
	return nil
}

// spread returns up to n lines from all over the list.
func spread(lines [][]byte, n int) [][]byte {
	if len(lines) <= n {
		return lines
	}
	some := make([][]byte, n)
	for i := range some {
		some[i] = lines[i*len(lines)/n]
	}
	return some
}

var (
	capturing = regexp.MustCompile(`%\{\w+:[^}]+\}|\(\?<[^=!]`)
	mention   = regexp.MustCompile(`%\{(\w+)`)
	alias     = regexp.MustCompile(`^%\{\w+\}$`)
	// What stands in quotes inside of other formats: it is in nearly any line.
	request = regexp.MustCompile(`REQUEST_?LINE$`)
)

// minFields is how many fields make a pattern a format. What captures less is
// a token.
const minFields = 3

// minValues is how many values a format has to capture of a line, on average,
// to be of use.
const minValues = 2

// known are formats that are in wide use and made of the library's patterns:
// what the default configuration of a program writes.
var known = []string{
	// other_vhosts_access.log of Debian's Apache.
	`%{IPORHOST:url.domain}:%{POSINT:url.port:int} %{HTTPD_COMBINEDLOG}`,
	// Apache with %D in front of the referrer, or at the end.
	`%{HTTPD_COMMONLOG} %{INT:event.duration:long} "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})"`,
	`%{HTTPD_COMBINEDLOG} %{INT:event.duration:long}`,
	`%{HTTPD_COMMONLOG} %{INT:event.duration:long}`,
	// nginx as packaged, with $http_x_forwarded_for, and with $request_time.
	`%{HTTPD_COMMONLOG} "(?:-|%{DATA:http.request.referrer})" "(?:-|%{DATA:user_agent.original})" "(?:-|%{DATA:network.forwarded_ip})"`,
	`%{HTTPD_COMBINEDLOG} %{NUMBER:event.duration:double}`,
	`(?<timestamp>%{YEAR}/%{MONTHNUM2}/%{MONTHDAY} %{TIME}) \[%{LOGLEVEL:log.level}\] %{POSINT:process.pid:int}#%{INT:process.thread.id:long}: (?:\*%{INT:nginx.error.connection_id:long} )?%{GREEDYDATA:message}`,
	// Kubernetes' ingress-nginx.
	`%{HTTPD_COMBINEDLOG} %{INT:nginx.ingress_controller.http.request.length:long} %{NUMBER:nginx.ingress_controller.http.request.time:double} \[%{DATA:nginx.ingress_controller.upstream.name}\] \[%{DATA:nginx.ingress_controller.upstream.alternative_name}\] (?:-|%{DATA:nginx.ingress_controller.upstream_address_list}) (?:-|(?<nginx.ingress_controller.upstream.response.length_list>[-\d]+(?:, [-\d]+)*)) (?:-|(?<nginx.ingress_controller.upstream.response.time_list>[-\d.]+(?:, [-\d.]+)*)) (?:-|(?<nginx.ingress_controller.upstream.response.status_code_list>[-\d]+(?:, [-\d]+)*)) %{NOTSPACE:http.request.id}`,
	// Logback, Log4j and Spring Boot.
	`%{TIMESTAMP_ISO8601:timestamp} +%{LOGLEVEL:log.level} +\[%{DATA:process.thread.name}\] +%{JAVACLASS:log.logger} +- %{GREEDYDATA:message}`,
	`%{TIMESTAMP_ISO8601:timestamp} +\[%{DATA:process.thread.name}\] +%{LOGLEVEL:log.level} +%{JAVACLASS:log.logger} +- %{GREEDYDATA:message}`,
	`%{TIMESTAMP_ISO8601:timestamp} +%{LOGLEVEL:log.level} %{POSINT:process.pid:int} --- +\[ *%{DATA:process.thread.name}\] +(?<log.logger>\S+) +: %{GREEDYDATA:message}`,
	// PostgreSQL as packaged, with and without user and database.
	`(?<timestamp>%{TIMESTAMP_ISO8601} [-+A-Z0-9]+) \[%{POSINT:process.pid:int}\] (?:%{NOTSPACE:user.name}@%{NOTSPACE:postgresql.log.database} )?(?<log.level>[A-Z]+[1-5]?): +%{GREEDYDATA:message}`,
	// Redis since version 3.
	`%{POSINT:process.pid:int}:(?<redis.log.role>[XCSM]) (?<timestamp>%{MONTHDAY} %{MONTH} (?:%{YEAR} )?%{TIME}) (?<log.level>[.*#-]) %{GREEDYDATA:message}`,
	// IIS, the fields that it logs by default.
	`%{TIMESTAMP_ISO8601:timestamp} %{IP:destination.ip} %{WORD:http.request.method} %{NOTSPACE:url.path} (?:-|%{NOTSPACE:url.query}) %{POSINT:destination.port:int} (?:-|%{NOTSPACE:user.name}) %{IP:source.ip} (?:-|%{NOTSPACE:user_agent.original}) (?:-|%{NOTSPACE:http.request.referrer}) %{INT:http.response.status_code:int} %{INT:iis.access.sub_status:long} %{INT:iis.access.win32_status:long} %{INT:iis.access.time_taken:long}`,
	// AWS's Application Load Balancer.
	`%{WORD:aws.elb.type} %{ELB_V1_HTTP_LOG} (?:-|%{NOTSPACE:aws.elb.target_group.arn}) "(?:-|%{DATA:aws.elb.trace_id})" %{GREEDYDATA}`,
	// Linux netfilter through syslog.
	`%{SYSLOGTIMESTAMP:timestamp} %{SYSLOGHOST:host.hostname} kernel: (?:\[ *%{NUMBER}\] )?%{IPTABLES}`,
}

// formatExpressions lists what may describe whole lines: patterns of the
// library, each under one name, and known formats, whose field names are
// those of ECS.
func (s *suggester) formatExpressions(lines [][]byte) []string {
	var list []string
	for _, name := range s.formatNames(lines) {
		list = append(list, "%{"+name+"}")
	}
	if !s.opt.Legacy {
		list = append(list, known...)
	}
	return list
}

// formatNames lists the patterns of the library that describe whole lines,
// each under one name, as far as they are possible for any of the lines.
func (s *suggester) formatNames(lines [][]byte) []string {
	counts := map[string]int{}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.library)) {
		definition := s.library[name]
		if alias.MatchString(definition) || request.MatchString(name) || s.fields(name, counts) < minFields {
			continue
		}
		if possible(lines, required(definition, s.library)) {
			names = append(names, name)
		}
	}
	return names
}

// fields counts the captures of a pattern and of those it refers to. The
// library has no circular references.
func (s *suggester) fields(name string, counts map[string]int) int {
	if n, ok := counts[name]; ok {
		return n
	}
	text := s.library[name]
	n := len(capturing.FindAllString(text, -1))
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		n += s.fields(m[1], counts)
	}
	counts[name] = n
	return n
}
