# Apache access logs: common and combined, each also with the virtual host (%v
# or %v:%p) in front and with the time taken in microseconds (%D) between bytes
# and referrer, and the SSL request log. Of any other LogFormat, give the string:
# --var 'format=%h %l %u %t "%r" %>s %b %D %k %X'

variable "paths" {
  description = "access logs to follow; globs allowed"
  default     = ["/var/log/apache2/*access.log", "/var/log/httpd/*access_log"]
}

variable "format" {
  description = "the server's LogFormat, as its string or a nickname such as \"vhost_combined\"; empty for common and combined, with or without %D"
  default     = ""
}

variable "health_check_networks" {
  description = "addresses and networks of load balancers: a 408 for one of them is a health check's, see docs/408.md"
  default     = []
}

variable "request_read_timeout" {
  description = "the shorter time of RequestReadTimeout, in seconds: a 408 that comes sooner is an answer, no timeout"
  default     = 10
}

variable "data_stream" {
  description = "data stream that takes the documents"
  default     = "logs-apache.access-default"
}

variable "geoip_databases" {
  description = "mmdb files, such as GeoLite2-City.mmdb and GeoLite2-ASN.mmdb; without one the built-in countries are used"
  default     = []
}

variable "original" {
  description = "keep the whole line in event.original"
  default     = false
}

locals {
  hosts = split(",", env("ELASTICSEARCH_HOSTS", "http://localhost:9200"))
}

pipeline "apache_access" {
  input "file" {
    paths = var.paths
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "log_format" {
    when   = var.format != ""
    apache = var.format != "" ? var.format : "common"
  }

  filter "grok" {
    when  = var.format == ""
    match = ["^%{APACHE_LINE}$", "^%{APACHE_HOST} %{APACHE_LINE}$", "^%{APACHE_TLS}$"]

    pattern_definitions = {
      # Text in quotes in which Apache escapes quotes with a backslash.
      APACHE_TEXT    = "(?:[^\"\\\\]|\\\\.)*"
      APACHE_REQUEST = "(?:%{WORD:http.request.method} (?:%{NOTSPACE:url.original}(?: HTTP/%{NUMBER:http.version})?|%{APACHE_TEXT:url.original} HTTP/%{NUMBER:http.version})|-|%{APACHE_TEXT:apache.access.request})"
      # A user that begins with "- " is %l and %u of a line with a host in front.
      APACHE_CLIENT = "%{NOTSPACE:source.address} %{NOTSPACE:apache.access.user.identity} (?:-|(?!- )%{DATA:user.name}) \\[%{HTTPDATE:apache.access.time}\\]"
      APACHE_HOST   = "(?<destination.domain>[^\\s:]+|\\[[^\\s\\]]+\\])(?::%{POSINT:destination.port:int})?"
      APACHE_ANSWER = "%{INT:http.response.status_code:int} (?:-|%{INT:http.response.body.bytes:int})(?: %{INT:apache.access.microseconds:int})?"
      APACHE_AGENT  = "\"(?:-|%{APACHE_TEXT:http.request.referrer})\" \"(?:-|%{APACHE_TEXT:user_agent.original})\""
      # What a LogFormat appends; "-" and "\"-\"" stand for nothing.
      APACHE_REST = "(?:\"-\"|%{GREEDYDATA:apache.access.rest})"
      APACHE_TLS  = "\\[%{HTTPDATE:apache.access.time}\\] %{NOTSPACE:source.address} (?:-|%{NOTSPACE:apache.access.ssl.protocol}) (?:-|%{NOTSPACE:apache.access.ssl.cipher}) \"%{APACHE_REQUEST}\" (?:-|%{INT:http.response.body.bytes:int})"
      APACHE_LINE = "%{APACHE_CLIENT} \"%{APACHE_REQUEST}\" %{APACHE_ANSWER}(?: %{APACHE_AGENT}(?: %{APACHE_REST})?)?"
    }
  }

  filter "date" {
    when    = var.format == ""
    field   = "apache.access.time"
    formats = ["dd/MMM/yyyy:HH:mm:ss Z"]
  }

  filter "address" {}

  # Of an X-Forwarded-For in the format, what private networks wrote is believed.
  filter "forwarded" {
    when           = var.format != ""
    field          = "apache.access.forwarded_for"
    replace_source = true
  }

  filter "url" {}

  filter "set" {
    when   = has(destination.domain) && !has(url.domain)
    fields = { "url.domain" = destination.domain }
  }

  filter "set" {
    when = var.format == "" && has(apache.access.ssl.protocol)
    fields = {
      "tls.cipher"           = apache.access.ssl.cipher
      "tls.version"          = strcontains(apache.access.ssl.protocol, ".") ? substr(apache.access.ssl.protocol, 4, -1) : "${substr(apache.access.ssl.protocol, 4, -1)}.0"
      "tls.version_protocol" = lower(substr(apache.access.ssl.protocol, 0, 3))
    }
  }

  filter "user_agent" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    when   = var.format == "" && has(apache.access.microseconds)
    fields = { "event.duration" = apache.access.microseconds * 1000 }
  }

  filter "remove" {
    when   = var.format == ""
    fields = ["apache.access.microseconds"]
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["access"]
      "event.module"   = "apache"
    }
  }

  filter "set" {
    when   = has(http.response.status_code)
    fields = { "event.outcome" = http.response.status_code < 400 ? "success" : "failure" }
  }

  filter "set" {
    when   = http.response.status_code == 408
    fields = { "event.reason" = "request timeout" }
  }

  # What lies behind a 408, as far as its line tells: docs/408.md.
  filter "cidr" {
    when     = length(var.health_check_networks) > 0 && http.response.status_code == 408
    networks = { health_check = length(var.health_check_networks) > 0 ? var.health_check_networks : ["0.0.0.0/32"] }
    target   = "labels.timeout_cause"
  }

  filter "set" {
    when   = http.response.status_code == 408 && !has(labels.timeout_cause)
    fields = { "labels.timeout_cause" = !has(http.request.method) && !has(apache.access.request) ? "no_request" : event.duration < var.request_read_timeout * 1000000000 ? "answered" : apache.access.keepalive_requests > 0 ? "keep_alive" : "incomplete_request" }
  }

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

test "a request that never came" {
  line = "1.2.3.4 - - [26/Apr/2018:01:28:08 +0900] \"-\" 408 - 30 \"-\" \"-\""
  expect = {
    "@timestamp"                = "2018-04-25T16:28:08.000Z"
    "http.response.status_code" = 408
    "source.address"            = "1.2.3.4"
    "source.ip"                 = "1.2.3.4"
    "event.duration"            = 30000
    "event.outcome"             = "failure"
    "event.reason"              = "request timeout"
    "labels.timeout_cause"      = "no_request"
  }
  absent = ["message", "url.original", "http.request.method", "user.name", "user_agent", "http.response.body.bytes", "tags"]
}

test "a request that was not complete in time" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"POST /cart HTTP/1.1\" 408 261 20001231 \"-\" \"-\""
  expect = { "labels.timeout_cause" = "incomplete_request", "event.reason" = "request timeout" }
}

test "a 408 that the application answered" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /poll HTTP/1.1\" 408 261 5012 \"-\" \"-\""
  expect = { "labels.timeout_cause" = "answered", "event.duration" = 5012000 }
}

test "a page, with the time taken" {
  line = "8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] \"GET /board/list.jsp?page=2 HTTP/1.1\" 200 5120 81234 \"https://www.example.com/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/66.0.3359.117 Safari/537.36\""
  expect = {
    "http.request.method"         = "GET"
    "url.original"                = "/board/list.jsp?page=2"
    "url.path"                    = "/board/list.jsp"
    "url.query"                   = "page=2"
    "url.extension"               = "jsp"
    "http.version"                = "1.1"
    "http.response.status_code"   = 200
    "http.response.body.bytes"    = 5120
    "event.duration"              = 81234000
    "event.outcome"               = "success"
    "http.request.referrer"       = "https://www.example.com/"
    "user_agent.name"             = "Chrome"
    "user_agent.version"          = "66.0.3359.117"
    "user_agent.os.name"          = "Windows"
    "source.geo.country_iso_code" = "US"
  }
}

test "common format, without referrer and agent" {
  line   = "192.0.2.7 - - [26/Dec/2016:16:16:29 +0200] \"GET /favicon.ico HTTP/1.1\" 404 209"
  expect = { "http.response.status_code" = 404, "event.outcome" = "failure", "url.original" = "/favicon.ico" }
  absent = ["event.duration", "user_agent", "source.geo"]
}

test "an IPv6 client that logged in" {
  line   = "2001:4860:4860::8888 - minji [26/Apr/2018:01:28:08 +0900] \"POST /login HTTP/2.0\" 302 - \"-\" \"curl/8.5.0\""
  expect = { "source.ip" = "2001:4860:4860::8888", "user.name" = "minji", "http.version" = "2.0", "user_agent.name" = "curl" }
}

test "a host name instead of an address" {
  line   = "monitoring-server - - [26/Apr/2018:01:28:08 +0900] \"GET /status HTTP/1.1\" 200 45 \"-\" \"-\""
  expect = { "source.address" = "monitoring-server", "source.domain" = "monitoring-server" }
  absent = ["source.ip"]
}

test "escaped quotes" {
  line = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /a\\\"b HTTP/1.1\" 200 45 \"https://example.com/?q=\\\"x\\\"\" \"agent \\\"quoted\\\" 1.0\""
  expect = {
    "url.original"          = "/a\\\"b"
    "http.request.referrer" = "https://example.com/?q=\\\"x\\\""
    "user_agent.original"   = "agent \\\"quoted\\\" 1.0"
  }
}

test "a Korean URL" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /%EA%B2%80%EC%83%89?q=%EB%82%98%EB%A3%A8 HTTP/1.1\" 200 45 \"-\" \"-\""
  expect = { "url.path" = "/검색", "url.query" = "q=나루", "url.original" = "/%EA%B2%80%EC%83%89?q=%EB%82%98%EB%A3%A8" }
}

test "a virtual host and its port in front" {
  line = "www.example.com:443 8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] \"GET /a.html HTTP/1.1\" 200 45 \"-\" \"curl/8.5.0\""
  expect = {
    "destination.domain" = "www.example.com"
    "destination.port"   = 443
    "url.domain"         = "www.example.com"
    "url.path"           = "/a.html"
    "source.address"     = "8.8.8.8"
    "source.ip"          = "8.8.8.8"
    "user.name"          = "minji"
    "user_agent.name"    = "curl"
  }
  absent = ["source.domain", "apache.access.user", "tags"]
}

test "the virtual host of a request that names another" {
  line   = "vhost.example.com 2001:db8::7 - - [26/Apr/2018:01:28:08 +0900] \"GET http://proxy.example.com:8080/a HTTP/1.1\" 404 45"
  expect = { "destination.domain" = "vhost.example.com", "url.domain" = "proxy.example.com", "url.port" = 8080, "source.ip" = "2001:db8::7" }
  absent = ["destination.port", "user.name"]
}

test "an identity and a user name with a space" {
  line   = "192.0.2.7 ident minji kim [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 200 45"
  expect = { "source.ip" = "192.0.2.7", "apache.access.user.identity" = "ident", "user.name" = "minji kim" }
  absent = ["destination", "url.domain"]
}

test "the log of SSL requests" {
  line = "[26/Apr/2018:01:28:08 +0900] 192.0.2.7 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 \"GET /a.php?q=%7B1%7D HTTP/1.1\" 1375"
  expect = {
    "@timestamp"                 = "2018-04-25T16:28:08.000Z"
    "source.ip"                  = "192.0.2.7"
    "apache.access.ssl.protocol" = "TLSv1.2"
    "apache.access.ssl.cipher"   = "ECDHE-RSA-AES128-GCM-SHA256"
    "tls.cipher"                 = "ECDHE-RSA-AES128-GCM-SHA256"
    "tls.version"                = "1.2"
    "tls.version_protocol"       = "tls"
    "url.query"                  = "q={1}"
    "http.request.method"        = "GET"
    "http.response.body.bytes"   = 1375
  }
  absent = ["event.outcome", "message", "tags"]
}

test "SSL requests of old clients, and one without" {
  line   = "[26/Apr/2018:01:28:08 +0900] 192.0.2.7 SSLv3 RC4-SHA \"GET / HTTP/1.0\" -"
  expect = { "tls.version" = "3.0", "tls.version_protocol" = "ssl" }
  absent = ["http.response.body"]
}

test "a plain request in the log of SSL requests" {
  line   = "[26/Apr/2018:01:28:08 +0900] 192.0.2.7 - - \"GET / HTTP/1.0\" 45"
  expect = { "source.ip" = "192.0.2.7", "url.path" = "/" }
  absent = ["tls", "apache", "tags"]
}

test "a space in the URL" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /a b/c.html HTTP/1.1\" 400 226"
  expect = { "http.request.method" = "GET", "url.original" = "/a b/c.html", "http.version" = "1.1" }
  absent = ["apache.access.request", "tags"]
}

test "garbage instead of a request" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"\\x16\\x03\\x01\\x02\" 400 226 99 \"-\" \"-\""
  expect = { "http.response.status_code" = 400, "apache.access.request" = "\\x16\\x03\\x01\\x02" }
  absent = ["url.original", "tags"]
}

test "a line cut in half" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht"
  expect = { "message" = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht" }
  tags   = ["_grokparsefailure"]
}
