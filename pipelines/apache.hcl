# Apache's access and error logs.
#
# Access logs: common and combined, each also with the virtual host (%v or %v:%p) in
# front and with the time taken in microseconds (%D) between bytes and referrer,
# and the SSL request log. Of any other LogFormat, give the string:
# --var 'format=%h %l %u %t "%r" %>s %b %D %k %X'
#
# Error logs: what Apache 2.2 and 2.4 write without an ErrorLogFormat, also with
# the source file (%F), the system's error (%E) and the referrer that it can add.

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

variable "error_paths" {
  description = "error logs to follow; by default those that are named as paths are, with \"error\" for \"access\""
  type        = list(string)
  default     = null
}

variable "timezone" {
  description = "zone of the error log's times, which do not name it, such as \"Asia/Seoul\"; \"Local\" is the machine's own"
  default     = "Local"
}

variable "data_stream" {
  description = "data stream that takes the documents of access logs"
  default     = "logs-apache.access-default"
}

variable "error_data_stream" {
  description = "data stream that takes the documents of error logs"
  default     = "logs-apache.error-default"
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
    match = ["^%{APACHE_LINE}$", "^%{APACHE_HOST} (?=\\S+ - [^\\[])%{APACHE_LINE}$", "^%{APACHE_TLS}$"]

    pattern_definitions = {
      # Text in quotes in which Apache escapes quotes with a backslash.
      APACHE_TEXT    = "(?:[^\"\\\\]|\\\\.)*"
      APACHE_REQUEST = "(?:%{WORD:http.request.method} (?:%{NOTSPACE:url.original}(?: HTTP/%{NUMBER:http.version})?|%{APACHE_TEXT:url.original} HTTP/%{NUMBER:http.version})|-|%{APACHE_TEXT:apache.access.request})"
      # A user that begins with "- " is %l and %u of a line with a host in front.
      # In place of %h people log X-Forwarded-For, which is a list.
      APACHE_CLIENT = "(?<source.address>[^\\s,]+(?:, ?[^\\s,]+)*) %{NOTSPACE:apache.access.user.identity} (?:-|(?!- )%{DATA:user.name}) \\[%{HTTPDATE:apache.access.time}\\]"
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

pipeline "apache_error" {
  input "file" {
    paths        = var.error_paths != null ? var.error_paths : [for p in var.paths : replace(p, "access", "error") if strcontains(p, "access")]
    warn_missing = var.error_paths != null

    # mod_wsgi writes each line of a traceback as a line of the log. What others
    # write is one line each.
    multiline {
      single_pattern   = "^\\[[^\\]]*\\] \\[(?:[^w]|w[^s]|ws[^g]|wsgi:[^e])|^[^\\[]"
      continue_pattern = "^\\[[^\\]]*\\] \\[wsgi:error\\](?: \\[(?:pid|client|remote) [^\\]]*\\])* (?:\\s|$|, referer: |Traceback \\(most recent call last\\):|During handling of the above exception|The above exception was the direct cause|[A-Za-z_]\\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Group)(?::|,|$)|[a-z_]\\w*(?:\\.\\w+)+: )"
    }
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "grok" {
    when        = strcontains(message, "] [wsgi:error] ") && strcontains(message, ", referer: ")
    match       = [", referer: (?<http.request.referrer>\\S+)$"]
    keep_source = true
  }

  filter "gsub" {
    when    = strcontains(message, "] [wsgi:error] ")
    fields  = ["message"]
    pattern = "(?m), referer: \\S+$"
  }

  # What stands before every line of a traceback stays before the first.
  filter "gsub" {
    when        = strcontains(message, "] [wsgi:error] ")
    fields      = ["message"]
    pattern     = "\\n\\[[^\\]\\n]*\\] \\[wsgi:error\\](?: \\[(?:pid|client|remote) [^\\]\\n]*\\])* ?"
    replacement = "\n"
  }

  filter "grok" {
    # What Apache says before its log is open has no time and no level.
    match     = ["\\A%{APACHE_HEAD} (?<message>(?m:.*\\n.*))\\z", "^%{APACHE_HEAD} %{APACHE_MESSAGE:message}$", "^(?=AH\\d{5,6}: )%{APACHE_MESSAGE:message}$"]
    overwrite = ["message"]

    pattern_definitions = {
      APACHE_TIME  = "(?:%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}|%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[ T]%{TIME}(?: ?%{ISO8601_TIMEZONE})?)"
      APACHE_LEVEL = "emerg|alert|crit|error|warn|notice|info|debug|trace[1-8]"
      # 2.2 names neither module nor process.
      APACHE_MODULE  = "\\[(?:%{WORD:apache.error.module}?:)?%{APACHE_LEVEL:log.level}\\]"
      APACHE_PROCESS = "(?: \\[pid %{INT:process.pid:int}(?::tid %{INT:process.thread.id:int})?\\])?"
      APACHE_SOURCE  = "(?: %{NOTSPACE:log.origin.file.name}\\(%{INT:log.origin.file.line:int}\\):)?"
      APACHE_SYSTEM  = "(?: \\(%{INT:apache.error.errno:int}\\)%{DATA:event.reason}:)?"
      # The address may be one of IPv6, which has colons too.
      APACHE_CLIENT  = "(?: \\[client (?:%{IP:source.address}:%{POSINT:source.port:int}|%{NOTSPACE:source.address})\\])?"
      APACHE_REMOTE  = "(?: \\[remote (?:%{IP:destination.ip}:%{POSINT:destination.port:int}|%{NOTSPACE:destination.domain})\\])?"
      APACHE_HEAD    = "\\[%{APACHE_TIME:apache.error.time}\\] %{APACHE_MODULE}%{APACHE_PROCESS}%{APACHE_SOURCE}%{APACHE_SYSTEM}%{APACHE_CLIENT}%{APACHE_REMOTE}"
      APACHE_FILE    = "File does not exist: %{DATA:file.path}"
      APACHE_MESSAGE = "(?:(?<error.code>AH\\d{5,6}): )?(?:%{APACHE_FILE}|%{DATA})(?:, referer: %{GREEDYDATA:http.request.referrer})?"
    }
  }

  filter "date" {
    field    = "apache.error.time"
    formats  = ["EEE MMM dd HH:mm:ss.SSSSSS yyyy", "EEE MMM dd HH:mm:ss yyyy", "ISO8601", "yyyy-MM-dd HH:mm:ss.SSSSSS Z"]
    timezone = var.timezone
  }

  # As Filebeat has it, what the system said stays in the message.
  filter "set" {
    when   = has(apache.error.errno)
    fields = { "message" = "(${apache.error.errno})${event.reason}: ${message}" }
  }

  # mod_wsgi names the client as others name the server behind.
  filter "set" {
    when   = apache.error.module == "wsgi" && has(destination.ip)
    fields = { "source.address" = "${destination.ip}", "source.port" = destination.port }
  }

  filter "remove" {
    when   = apache.error.module == "wsgi"
    fields = ["destination"]
  }

  filter "stack_trace" {
    when = apache.error.module == "wsgi"
  }

  # For mod_wsgi all is an error; a record of Python's logging says what it is.
  filter "grok" {
    when      = apache.error.module == "wsgi" && matches(message, "^\\[\\d{4}-\\d\\d-\\d\\d [^\\]]*\\] [A-Z]+ in ")
    match     = ["\\A\\[[^\\]]*\\] %{WORD:log.level} in %{NOTSPACE:log.logger}: (?<message>(?m:.*))\\z"]
    overwrite = ["message", "log.level"]
  }

  filter "translate" {
    field      = "log.level"
    target     = "log.level"
    dictionary = { WARNING = "warn", CRITICAL = "crit", ERROR = "error", INFO = "info", DEBUG = "debug" }
  }

  filter "address" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["info"]
      "event.module"   = "apache"
    }
  }

  filter "set" {
    when   = contains(["emerg", "alert", "crit", "error", "warn"], log.level)
    fields = { "event.type" = ["error"] }
  }

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.error_data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

test "a request that never came" {
  pipeline = "apache_access"
  line     = "1.2.3.4 - - [26/Apr/2018:01:28:08 +0900] \"-\" 408 - 30 \"-\" \"-\""
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
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"POST /cart HTTP/1.1\" 408 261 20001231 \"-\" \"-\""
  expect   = { "labels.timeout_cause" = "incomplete_request", "event.reason" = "request timeout" }
}

test "a 408 that the application answered" {
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /poll HTTP/1.1\" 408 261 5012 \"-\" \"-\""
  expect   = { "labels.timeout_cause" = "answered", "event.duration" = 5012000 }
}

test "a page, with the time taken" {
  pipeline = "apache_access"
  line     = "8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] \"GET /board/list.jsp?page=2 HTTP/1.1\" 200 5120 81234 \"https://www.example.com/\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/66.0.3359.117 Safari/537.36\""
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
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Dec/2016:16:16:29 +0200] \"GET /favicon.ico HTTP/1.1\" 404 209"
  expect   = { "http.response.status_code" = 404, "event.outcome" = "failure", "url.original" = "/favicon.ico" }
  absent   = ["event.duration", "user_agent", "source.geo"]
}

test "an IPv6 client that logged in" {
  pipeline = "apache_access"
  line     = "2001:4860:4860::8888 - minji [26/Apr/2018:01:28:08 +0900] \"POST /login HTTP/2.0\" 302 - \"-\" \"curl/8.5.0\""
  expect   = { "source.ip" = "2001:4860:4860::8888", "user.name" = "minji", "http.version" = "2.0", "user_agent.name" = "curl" }
}

test "a host name instead of an address" {
  pipeline = "apache_access"
  line     = "monitoring-server - - [26/Apr/2018:01:28:08 +0900] \"GET /status HTTP/1.1\" 200 45 \"-\" \"-\""
  expect   = { "source.address" = "monitoring-server", "source.domain" = "monitoring-server" }
  absent   = ["source.ip"]
}

test "escaped quotes" {
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /a\\\"b HTTP/1.1\" 200 45 \"https://example.com/?q=\\\"x\\\"\" \"agent \\\"quoted\\\" 1.0\""
  expect = {
    "url.original"          = "/a\\\"b"
    "http.request.referrer" = "https://example.com/?q=\\\"x\\\""
    "user_agent.original"   = "agent \\\"quoted\\\" 1.0"
  }
}

test "a Korean URL" {
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /%EA%B2%80%EC%83%89?q=%EB%82%98%EB%A3%A8 HTTP/1.1\" 200 45 \"-\" \"-\""
  expect   = { "url.path" = "/검색", "url.query" = "q=나루", "url.original" = "/%EA%B2%80%EC%83%89?q=%EB%82%98%EB%A3%A8" }
}

test "a virtual host and its port in front" {
  pipeline = "apache_access"
  line     = "www.example.com:443 8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] \"GET /a.html HTTP/1.1\" 200 45 \"-\" \"curl/8.5.0\""
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

test "addresses with ports, the host's and a client by its name" {
  pipeline = "apache_access"
  line     = "192.0.2.80:8080 client.example.com:50412 - - [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 404 45"
  expect   = { "destination.domain" = "192.0.2.80", "destination.port" = 8080, "source.address" = "client.example.com", "source.domain" = "client.example.com", "source.port" = 50412 }
}

test "the virtual host of a request that names another" {
  pipeline = "apache_access"
  line     = "vhost.example.com 2001:db8::7 - - [26/Apr/2018:01:28:08 +0900] \"GET http://proxy.example.com:8080/a HTTP/1.1\" 404 45"
  expect   = { "destination.domain" = "vhost.example.com", "url.domain" = "proxy.example.com", "url.port" = 8080, "source.ip" = "2001:db8::7" }
  absent   = ["destination.port", "user.name"]
}

test "a list of addresses in place of the client's" {
  pipeline = "apache_access"
  line     = "10.0.0.2, 10.0.0.1, 8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 200 45"
  expect   = { "source.address" = "8.8.8.8", "source.ip" = "8.8.8.8", "user.name" = "minji" }
  absent   = ["apache", "tags"]
}

test "an identity and a user name with a space" {
  pipeline = "apache_access"
  line     = "192.0.2.7 ident minji kim [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 200 45"
  expect   = { "source.ip" = "192.0.2.7", "apache.access.user.identity" = "ident", "user.name" = "minji kim" }
  absent   = ["destination", "url.domain"]
}

test "the log of SSL requests" {
  pipeline = "apache_access"
  line     = "[26/Apr/2018:01:28:08 +0900] 192.0.2.7 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 \"GET /a.php?q=%7B1%7D HTTP/1.1\" 1375"
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
  pipeline = "apache_access"
  line     = "[26/Apr/2018:01:28:08 +0900] 192.0.2.7 SSLv3 RC4-SHA \"GET / HTTP/1.0\" -"
  expect   = { "tls.version" = "3.0", "tls.version_protocol" = "ssl" }
  absent   = ["http.response.body"]
}

test "a plain request in the log of SSL requests" {
  pipeline = "apache_access"
  line     = "[26/Apr/2018:01:28:08 +0900] 192.0.2.7 - - \"GET / HTTP/1.0\" 45"
  expect   = { "source.ip" = "192.0.2.7", "url.path" = "/" }
  absent   = ["tls", "apache", "tags"]
}

test "a space in the URL" {
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /a b/c.html HTTP/1.1\" 400 226"
  expect   = { "http.request.method" = "GET", "url.original" = "/a b/c.html", "http.version" = "1.1" }
  absent   = ["apache.access.request", "tags"]
}

test "garbage instead of a request" {
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"\\x16\\x03\\x01\\x02\" 400 226 99 \"-\" \"-\""
  expect   = { "http.response.status_code" = 400, "apache.access.request" = "\\x16\\x03\\x01\\x02" }
  absent   = ["url.original", "tags"]
}

test "a line cut in half" {
  pipeline = "apache_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht"
  expect   = { "message" = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht" }
  tags     = ["_grokparsefailure"]
}

test "an error of 2.4, with a referrer" {
  pipeline = "apache_error"
  line     = "[Thu Nov 26 17:59:10.252528 2026] [core:error] [pid 2119:tid 140173685036928] [client 8.8.8.8:55864] AH00128: File does not exist: /srv/www/missing, referer: http://example.com/from?x=1, y"
  expect = {
    "log.level"             = "error"
    "apache.error.module"   = "core"
    "process.pid"           = 2119
    "process.thread.id"     = 140173685036928
    "source.address"        = "8.8.8.8"
    "source.ip"             = "8.8.8.8"
    "source.port"           = 55864
    "source.geo"            = { continent_code = "NA", continent_name = "North America", country_iso_code = "US", country_name = "United States" }
    "error.code"            = "AH00128"
    "file.path"             = "/srv/www/missing"
    "http.request.referrer" = "http://example.com/from?x=1, y"
    "message"               = "AH00128: File does not exist: /srv/www/missing, referer: http://example.com/from?x=1, y"
    "event.type"            = ["error"]
  }
  absent = ["tags", "apache.error.time", "event.outcome"]
}

test "an error of 2.2" {
  pipeline = "apache_error"
  line     = "[Mon Dec 26 16:22:00 2016] [error] [client 192.168.33.1] File does not exist: /var/www/favicon.ico, referer: http://192.168.33.72/"
  expect = {
    "log.level"             = "error"
    "source.ip"             = "192.168.33.1"
    "file.path"             = "/var/www/favicon.ico"
    "http.request.referrer" = "http://192.168.33.72/"
    "message"               = "File does not exist: /var/www/favicon.ico, referer: http://192.168.33.72/"
  }
  absent = ["tags", "apache.error.module", "process", "source.port", "error.code"]
}

test "a notice of the server itself" {
  pipeline = "apache_error"
  lines = [
    "[Mon Dec 26 16:15:55.103786 2016] [core:notice] [pid 11379] AH00094: Command line: '/usr/local/Cellar/httpd24/2.4.23_2/bin/httpd'",
    "[Mon Dec 26 16:17:53 2016] [notice] Apache/2.2.22 (Ubuntu) configured -- resuming normal operations",
  ]
  expect = [
    { "error.code" = "AH00094", "apache.error.module" = "core", "process.pid" = 11379, "event.type" = ["info"], "log.level" = "notice" },
    { "message" = "Apache/2.2.22 (Ubuntu) configured -- resuming normal operations", "event.type" = ["info"] },
  ]
  absent = ["tags", "source", "process.thread"]
}

test "what the system said" {
  pipeline = "apache_error"
  lines = [
    "[Thu Nov 26 17:59:10.259710 2026] [proxy:error] [pid 2119:tid 2124] (111)Connection refused: AH00957: http: attempt to connect to 127.0.0.1:19999 (127.0.0.1:19999) failed",
    "[Thu Nov 26 17:59:10.259710 2026] [core:error] [pid 2119:tid 2124] (13)Permission denied: [client 192.0.2.7:4711] AH00035: access to /x denied",
  ]
  expect = [
    { "apache.error.errno" = 111, "event.reason" = "Connection refused", "error.code" = "AH00957", "message" = "(111)Connection refused: AH00957: http: attempt to connect to 127.0.0.1:19999 (127.0.0.1:19999) failed" },
    { "apache.error.errno" = 13, "event.reason" = "Permission denied", "error.code" = "AH00035", "source.ip" = "192.0.2.7", "message" = "(13)Permission denied: AH00035: access to /x denied" },
  ]
  absent = ["tags"]
}

test "a trace with its place in the source" {
  pipeline = "apache_error"
  line     = "[Thu Nov 26 17:59:11.391473 2026] [proxy:trace2] [pid 2242:tid 2248] mod_proxy.c(848): [client 2001:db8::7:5593] AH03461: attempting to match"
  expect = {
    "log.level"            = "trace2"
    "log.origin.file.name" = "mod_proxy.c"
    "log.origin.file.line" = 848
    "source.ip"            = "2001:db8::7"
    "source.port"          = 5593
    "message"              = "AH03461: attempting to match"
    "event.type"           = ["info"]
  }
}

test "a module without a name, another server, a time in ISO 8601" {
  pipeline = "apache_error"
  lines = [
    "[Fri Sep 09 10:42:29.902022 2011] [:error] [pid 35708] [client 72.15.99.187] PHP Notice: undefined",
    "[Fri Sep 09 10:42:29.902022 2011] [ssl:info] [pid 35708:tid 1] [remote 192.0.2.9:443] AH02411: SSL Proxy: Peer certificate does not match",
    "[2026-11-26 17:59:14.719982] [authz_core:error] [pid 2796:tid 140096216151744] [client 127.0.0.1:55024] AH01630: client denied by server configuration: /srv/secret",
  ]
  expect = [
    { "source.ip" = "72.15.99.187", "message" = "PHP Notice: undefined" },
    { "destination.ip" = "192.0.2.9", "destination.port" = 443 },
    { "error.code" = "AH01630" },
  ]
  absent = ["tags"]
}

test "a time with its zone" {
  pipeline = "apache_error"
  line     = "[2025-07-22 15:45:51.323610 +0200] [core:notice] [pid 1:tid 139958433106048] AH00094: Command line: 'httpd -D FOREGROUND'"
  expect   = { "@timestamp" = "2025-07-22T13:45:51.323610000Z", "error.code" = "AH00094", "process.pid" = 1 }
  absent   = ["tags", "apache.error.time"]
}

test "before the error log is open" {
  pipeline = "apache_error"
  line     = "AH00558: apache2: Could not reliably determine the server's fully qualified domain name"
  expect   = { "error.code" = "AH00558", "message" = "AH00558: apache2: Could not reliably determine the server's fully qualified domain name" }
  absent   = ["tags", "log.level"]
}

test "no line of an error log" {
  pipeline = "apache_error"
  line     = "sh: 1: convert: not found"
  expect   = { "message" = "sh: 1: convert: not found" }
  tags     = ["_grokparsefailure"]
}

test "an exception in a Python application" {
  pipeline = "apache_error"
  line     = "[Thu Nov 26 18:00:00.123456 2026] [wsgi:error] [pid 7:tid 140] [remote 8.8.8.8:5000] [2026-11-26 18:00:00,123] ERROR in app: Exception on /fail [GET], referer: http://shop.example.com/\n[Thu Nov 26 18:00:00.123460 2026] [wsgi:error] [pid 7:tid 140] [remote 8.8.8.8:5000] Traceback (most recent call last):, referer: http://shop.example.com/\n[Thu Nov 26 18:00:00.123461 2026] [wsgi:error] [pid 7:tid 140] [remote 8.8.8.8:5000]   File \"/srv/app.py\", line 22, in fail, referer: http://shop.example.com/\n[Thu Nov 26 18:00:00.123462 2026] [wsgi:error] [pid 7:tid 140] [remote 8.8.8.8:5000] RuntimeError: order 7 cannot be paid, referer: http://shop.example.com/"
  expect = {
    "apache.error.module"   = "wsgi"
    "log.level"             = "error"
    "log.logger"            = "app"
    "message"               = "Exception on /fail [GET]"
    "source.ip"             = "8.8.8.8"
    "source.port"           = 5000
    "process.pid"           = 7
    "http.request.referrer" = "http://shop.example.com/"
    "error.type"            = "RuntimeError"
    "error.message"         = "order 7 cannot be paid"
    "error.stack_trace"     = "Traceback (most recent call last):\n  File \"/srv/app.py\", line 22, in fail\nRuntimeError: order 7 cannot be paid"
    "log.origin.file.name"  = "/srv/app.py"
    "log.origin.file.line"  = 22
    "event.type"            = ["error"]
  }
  absent = ["tags", "destination"]
}

test "a warning in a Python application" {
  pipeline = "apache_error"
  line     = "[Thu Nov 26 18:00:00.123456 2026] [wsgi:error] [pid 7:tid 140] [client 192.0.2.7:5000] [2026-11-26 18:00:00,123] WARNING in shop: stock is low"
  expect   = { "log.level" = "warn", "log.logger" = "shop", "message" = "stock is low", "source.ip" = "192.0.2.7" }
  absent   = ["tags", "error"]
}
