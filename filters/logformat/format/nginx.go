package format

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// nginxCombined is the format that is in force without a log_format.
const nginxCombined = `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`

// Nginx compiles the format of a log_format directive: combined, the text of the
// format with escape=json or escape=none before it, or the whole directive as it
// stands in the configuration.
func Nginx(s string) (*Format, error) {
	if s == "combined" {
		s = nginxCombined
	}
	text, escape, err := nginxDirective(s)
	if err != nil {
		return nil, err
	}
	b := &builder{f: Format{Escape: escape, Module: "nginx"}}
	for i := 0; i < len(text); {
		if text[i] != '$' {
			b.text(text[i : i+1])
			i++
			continue
		}
		n, err := b.nginx(text, i)
		if err != nil {
			return nil, err
		}
		i += n
	}
	return b.finish()
}

// nginxDirective takes off what stands around a format in a configuration file.
func nginxDirective(s string) (string, Escape, error) {
	rest, whole := strings.CutPrefix(strings.TrimSpace(s), "log_format")
	if whole && rest != "" && strings.IndexByte(" \t\n", rest[0]) >= 0 {
		rest = strings.TrimSuffix(strings.TrimSpace(rest), ";")
		at := strings.IndexAny(rest, " \t\n")
		if at < 0 {
			return "", 0, errors.New("log_format has a name and no format")
		}
		s = strings.TrimSpace(rest[at:])
	}
	escape := NginxText
	if value, ok := strings.CutPrefix(s, "escape="); ok {
		kind, rest, _ := strings.Cut(value, " ")
		switch kind {
		case "default":
		case "json":
			escape = JSONText
		case "none":
			escape = NoEscape
		default:
			return "", 0, fmt.Errorf("escape=%s is unknown: use default, json or none", kind)
		}
		s = strings.TrimLeft(rest, " \t\n")
	}
	if whole || strings.HasPrefix(s, "'") {
		joined, err := unquote(s)
		return joined, escape, err
	}
	return s, escape, nil
}

// unquote joins the quoted strings of a directive.
func unquote(s string) (string, error) {
	var b strings.Builder
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		quote := s[0]
		if quote != '\'' && quote != '"' {
			b.WriteString(s)
			return b.String(), nil
		}
		i := 1
		for ; i < len(s) && s[i] != quote; i++ {
			if s[i] == '\\' && i+1 < len(s) && (s[i+1] == quote || s[i+1] == '\\') {
				i++
			}
			b.WriteByte(s[i])
		}
		if i == len(s) {
			return "", fmt.Errorf("a string that begins with %c is not closed", quote)
		}
		s = s[i+1:]
	}
	return b.String(), nil
}

// nginx reads one variable and gives its length.
func (b *builder) nginx(s string, at int) (int, error) {
	i, braces := at+1, false
	if i < len(s) && s[i] == '{' {
		i, braces = i+1, true
	}
	start := i
	for i < len(s) && (s[i] == '_' || s[i]-'0' <= 9 || (s[i]|0x20)-'a' < 26) {
		i++
	}
	variable := strings.ToLower(s[start:i])
	if braces {
		if i == len(s) || s[i] != '}' {
			return 0, &Error{s[at:], at, "has a { that is not closed by }"}
		}
		i++
	}
	if variable == "" {
		return 0, &Error{s[at:i], at, "is a dollar sign without the name of a variable"}
	}
	f, ok := nginxVariables[variable]
	if !ok {
		f, ok = nginxPrefixed(variable)
	}
	if !ok { // any module, map or set may define it
		f = text("nginx.access." + variable)
	}
	f.Directive, f.At = s[at:i], at
	b.add(f)
	return i - at, nil
}

func words(path string) Field { return Field{Shape: Words, Meaning: Strings, Path: path} }
func numbers(path string, m Meaning) Field {
	return Field{Shape: Numbers, Meaning: m, Path: path}
}

// nginxVariables are the variables whose names say what they are.
var nginxVariables = map[string]Field{
	"args":                      {Shape: Text, Meaning: Arguments, Path: "url.query"},
	"query_string":              {Shape: Text, Meaning: Arguments, Path: "url.query"},
	"is_args":                   {Shape: Query, Meaning: Skip},
	"binary_remote_addr":        {Shape: Text, Meaning: Skip},
	"body_bytes_sent":           integer(bodyField),
	"bytes_sent":                integer("http.response.bytes"),
	"connection":                integer("nginx.access.connection"),
	"connection_requests":       integer("nginx.access.connection_requests"),
	"connection_time":           number("nginx.access.connection_time"),
	"content_length":            integer("http.request.body.bytes"),
	"content_type":              text("nginx.access.request_headers.content_type"),
	"document_uri":              text("url.path"),
	"gzip_ratio":                number("nginx.access.gzip_ratio"),
	"host":                      word(domainField),
	"hostname":                  word("host.hostname"),
	"https":                     text("nginx.access.https"),
	"msec":                      clockField(Time, clock{{kind: epoch, min: 1, max: 10}, {text: "."}, {kind: fraction, min: 3, max: 3}}),
	"pid":                       integer("process.pid"),
	"pipe":                      text("nginx.access.pipe"),
	"proxy_protocol_addr":       word("nginx.access.proxy_protocol.address"),
	"proxy_protocol_port":       integer("nginx.access.proxy_protocol.port"),
	"proxy_add_x_forwarded_for": text("nginx.access.proxy_forwarded_for"),
	"realip_remote_addr":        word("nginx.access.peer_address"),
	"realip_remote_port":        integer("nginx.access.peer_port"),
	"remote_addr":               word(sourceField),
	"remote_port":               integer("source.port"),
	"remote_user":               text("user.name"),
	"request":                   {Shape: Text, Meaning: Request},
	"request_body":              text("http.request.body.content"),
	"request_completion":        text("nginx.access.request_completion"),
	"request_filename":          text("nginx.access.file"),
	"request_id":                word("http.request.id"),
	"request_length":            integer("http.request.bytes"),
	"request_method":            word(methodField),
	"request_time":              duration(durationField, time.Second),
	"request_uri":               {Shape: Text, Meaning: Raw, Path: urlField},
	"scheme":                    word("url.scheme"),
	"server_addr":               localAddress(),
	"server_name":               word("nginx.access.server_name"),
	"server_port":               integer(portField),
	"server_protocol":           {Shape: Word, Meaning: Version, Path: versionField},
	"ssl_cipher":                text("tls.cipher"),
	"ssl_client_i_dn":           text("tls.client.issuer"),
	"ssl_client_s_dn":           text("tls.client.subject"),
	"ssl_protocol":              {Shape: Text, Meaning: Protocol, Path: "tls.version"},
	"ssl_server_name":           text("tls.client.server_name"),
	"ssl_session_reused":        {Shape: Text, Meaning: Reused, Path: "tls.resumed"},
	"status":                    integer(statusField),
	"time_iso8601":              clockField(Time, mustStrftime("%Y-%m-%dT%H:%M:%S%z")),
	"time_local":                clockField(Time, clf),
	"uri":                       text("url.path"),
	"upstream_addr":             words("nginx.access.upstream.address"),
	"upstream_bytes_received":   numbers("nginx.access.upstream.bytes_received", Ints),
	"upstream_bytes_sent":       numbers("nginx.access.upstream.bytes_sent", Ints),
	"upstream_cache_status":     text("nginx.access.upstream.cache_status"),
	"upstream_connect_time":     numbers("nginx.access.upstream.connect_time", Floats),
	"upstream_header_time":      numbers("nginx.access.upstream.header_time", Floats),
	"upstream_queue_time":       numbers("nginx.access.upstream.queue_time", Floats),
	"upstream_response_length":  numbers("nginx.access.upstream.response_length", Ints),
	"upstream_response_time":    numbers("nginx.access.upstream.response_time", Floats),
	"upstream_status":           numbers("nginx.access.upstream.status", Ints),
}

// nginxPrefixed are the variables whose names end in one of the administrator's.
func nginxPrefixed(variable string) (Field, bool) {
	const access = "nginx.access."
	for _, p := range []struct{ prefix, path string }{
		{"http_", ""}, {"sent_http_", access + "response_headers."}, {"sent_trailer_", access + "response_trailers."},
		{"cookie_", access + "cookies."}, {"arg_", access + "args."},
		{"upstream_http_", access + "upstream.headers."}, {"upstream_trailer_", access + "upstream.trailers."}, {"upstream_cookie_", access + "upstream.cookies."},
		{"ssl_", access + "tls."},
	} {
		rest, ok := strings.CutPrefix(variable, p.prefix)
		switch {
		case !ok || rest == "":
		case p.path == "":
			return requestHeader("nginx", rest), true
		default:
			return text(p.path + rest), true
		}
	}
	return Field{}, false
}
