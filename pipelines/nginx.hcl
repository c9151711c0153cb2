# Nginx's access and error logs.
#
# Access logs: the combined format, also with a list of addresses
# (X-Forwarded-For) or the host asked for in front, and with $request_time before
# the referrer or after the user agent; and the format of Kubernetes' ingress-nginx.
# Of any other log_format, give the string:
# --var 'format=escape=json {"time":"$time_iso8601","status":$status}'

variable "paths" {
  description = "access logs to follow; globs allowed"
  default     = ["/var/log/nginx/*access.log"]
}

variable "format" {
  description = "the server's log_format, with \"escape=json \" before it where that is set; empty for what is named above"
  default     = ""
}

variable "health_check_networks" {
  description = "addresses and networks of load balancers: a 408 for one of them is a health check's, see docs/408.md"
  default     = []
}

variable "request_read_timeout" {
  description = "the shorter of client_header_timeout and client_body_timeout, in seconds: a 408 that comes sooner is an answer, no timeout"
  default     = 60
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
  default     = "logs-nginx.access-default"
}

variable "error_data_stream" {
  description = "data stream that takes the documents of error logs"
  default     = "logs-nginx.error-default"
}

variable "geoip_databases" {
  description = "mmdb files, such as GeoLite2-City.mmdb and GeoLite2-ASN.mmdb; without one the built-in countries are used"
  default     = []
}

variable "original" {
  description = "keep the whole line of access logs in event.original, as Filebeat's module does"
  default     = true
}

locals {
  ingress_lists = [
    "nginx.ingress_controller.upstream_address_list",
    "nginx.ingress_controller.upstream.response.length_list",
    "nginx.ingress_controller.upstream.response.time_list",
    "nginx.ingress_controller.upstream.response.status_code_list",
  ]

  hosts = split(",", env("ELASTICSEARCH_HOSTS", "http://localhost:9200"))
}

pipeline "nginx_access" {
  input "file" {
    paths = var.paths
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "log_format" {
    when  = var.format != ""
    nginx = var.format != "" ? var.format : "combined"
  }

  filter "grok" {
    when  = var.format == ""
    match = ["^%{NGINX_LINE}$"]

    pattern_definitions = {
      NGINX_HOST    = "(?:\\[?%{IP:destination.ip}\\]?|%{NGINX_NAME:destination.domain})(?::%{POSINT:destination.port:int})?"
      NGINX_NAME    = "[^\\s,:\"]+"
      NGINX_CLIENT  = "(?:(?:\\[?%{IP}\\]?|(?!- )%{NGINX_NAME})(?::%{POSINT})?|unix:)"
      NGINX_CLIENTS = "(?:-(?= - )|%{NGINX_CLIENT}(?:\"?(?:,\\s*|\\s+)\"?%{NGINX_CLIENT})*)"
      NGINX_TEXT    = "(?:[^\"\\\\]|\\\\.)*"
      NGINX_REQUEST = "(?:%{WORD:http.request.method} (?:%{NOTSPACE:url.original}(?: HTTP/%{NUMBER:http.version})?|%{NGINX_TEXT:url.original} HTTP/%{NUMBER:http.version})|-|%{NGINX_TEXT:nginx.access.request})"
      NGINX_ANSWER  = "%{INT:http.response.status_code:int} (?:-|%{INT:http.response.body.bytes:int})(?: %{NUMBER:nginx.access.seconds:double})?"
      NGINX_AGENT   = "\"(?:-|%{NGINX_TEXT:http.request.referrer})\" \"(?:-|%{NGINX_TEXT:user_agent.original})\""
      NGINX_SECONDS = "(?: (?:-|%{NUMBER:nginx.access.seconds:double}))?"
      NGINX_REST    = "(?:\"-\"|%{GREEDYDATA:nginx.access.rest})"

      # What ingress-nginx appends; each list has an element for each upstream tried.
      INGRESS_TAIL      = "%{INT:nginx.ingress_controller.http.request.length:int} %{NUMBER:nginx.ingress_controller.http.request.time:double} %{INGRESS_NAMES} %{INGRESS_UPSTREAMS} %{NOTSPACE:nginx.ingress_controller.http.request.id}"
      INGRESS_NAMES     = "\\[%{DATA:nginx.ingress_controller.upstream.name}\\] \\[%{DATA:nginx.ingress_controller.upstream.alternative_name}\\]"
      INGRESS_UPSTREAMS = "(?:-|%{INGRESS_ADDRESSES:nginx.ingress_controller.upstream_address_list}) (?:-|%{INGRESS_LENGTHS:nginx.ingress_controller.upstream.response.length_list}) (?:-|%{INGRESS_TIMES:nginx.ingress_controller.upstream.response.time_list}) (?:-|%{INGRESS_CODES:nginx.ingress_controller.upstream.response.status_code_list})"
      INGRESS_ADDRESSES = "(?:[^ ,]+(?:, | : ))*(?:\\[?%{IP:nginx.ingress_controller.upstream.ip}\\]?(?::%{POSINT:nginx.ingress_controller.upstream.port:int})?(?= )|[^ ,]+)"
      INGRESS_LENGTHS   = "(?:[-\\d]+(?:, | : ))*(?:-|%{INT:nginx.ingress_controller.upstream.response.length:int})"
      INGRESS_TIMES     = "[-\\d.]+(?:(?:, | : )[-\\d.]+)*"
      INGRESS_CODES     = "(?:[-\\d]+(?:, | : ))*(?:-|%{INT:nginx.ingress_controller.upstream.response.status_code:int})"

      NGINX_TAIL = "(?: %{INGRESS_TAIL}|%{NGINX_SECONDS}(?: %{NGINX_REST})?)"
      NGINX_LINE = "(?:%{NGINX_HOST} (?!- \\S+ \\[))?\"?%{NGINX_CLIENTS:source.address}\"? - (?:-|%{DATA:user.name}) \\[%{HTTPDATE:nginx.access.time}\\] \"%{NGINX_REQUEST}\" %{NGINX_ANSWER} %{NGINX_AGENT}%{NGINX_TAIL}"
    }
  }

  filter "date" {
    when    = var.format == ""
    field   = "nginx.access.time"
    formats = ["dd/MMM/yyyy:HH:mm:ss Z"]
  }

  # The first public address of the list counts, or else the first.
  filter "address" {
    when   = !has(nginx.ingress_controller.http.request.length)
    domain = ""
    list   = "nginx.access.remote_ip_list"
  }

  filter "address" {
    when   = has(nginx.ingress_controller.http.request.length)
    domain = ""
    list   = "nginx.ingress_controller.remote_ip_list"
  }

  # Of an X-Forwarded-For in the format, what private networks wrote is believed.
  filter "forwarded" {
    when           = var.format != ""
    field          = "nginx.access.forwarded_for"
    replace_source = true
  }

  filter "url" {}

  filter "user_agent" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    when   = has(destination.domain) && !has(url.domain)
    fields = { "url.domain" = destination.domain }
  }

  filter "set" {
    fields = {
      "related.ip"   = [source.ip, destination.ip]
      "related.user" = [user.name]
    }
  }

  filter "set" {
    when   = var.format == "" && has(nginx.access.seconds)
    fields = { "event.duration" = round(nginx.access.seconds * 1000000000) }
  }

  filter "remove" {
    when   = var.format == ""
    fields = ["nginx.access.seconds"]
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["access"]
      "event.module"   = "nginx"
    }
  }

  # After an internal redirect upstreams stand apart by a colon.
  filter "gsub" {
    when        = has(nginx.ingress_controller.upstream_address_list)
    fields      = local.ingress_lists
    pattern     = " : "
    replacement = ", "
  }

  filter "split" {
    when  = has(nginx.ingress_controller.upstream_address_list)
    field = "nginx.ingress_controller.upstream_address_list"
  }

  filter "split" {
    when  = has(nginx.ingress_controller.upstream.response.length_list)
    field = "nginx.ingress_controller.upstream.response.length_list"
  }

  filter "split" {
    when  = has(nginx.ingress_controller.upstream.response.time_list)
    field = "nginx.ingress_controller.upstream.response.time_list"
  }

  filter "split" {
    when  = has(nginx.ingress_controller.upstream.response.status_code_list)
    field = "nginx.ingress_controller.upstream.response.status_code_list"
  }

  filter "set" {
    when = has(nginx.ingress_controller.http.request.length)
    fields = {
      "event.type"      = ["info"]
      "event.duration"  = round(nginx.ingress_controller.http.request.time * 1000000000)
      "http.request.id" = nginx.ingress_controller.http.request.id

      "nginx.ingress_controller.upstream.response.time" = round(sum(nginx.ingress_controller.upstream.response.time_list) * 1000) / 1000
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
    fields = { "labels.timeout_cause" = !has(http.request.method) && !has(nginx.access.request) ? "no_request" : event.duration < var.request_read_timeout * 1000000000 ? "answered" : nginx.access.connection_requests > 1 ? "keep_alive" : "incomplete_request" }
  }

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

pipeline "nginx_error" {
  input "file" {
    paths        = var.error_paths != null ? var.error_paths : [for p in var.paths : replace(p, "access", "error") if strcontains(p, "access")]
    warn_missing = var.error_paths != null

    # Some messages, such as a request that is sent to an upstream, have several lines.
    multiline {
      start_pattern = "^\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d \\["
      timeout       = "1s"
    }
  }

  filter "grok" {
    match     = ["\\A%{NGINX_HEAD} (?m:%{NGINX_MESSAGE:message}\\s*)\\z"]
    overwrite = ["message"]

    pattern_definitions = {
      NGINX_TIME    = "\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d"
      NGINX_HEAD    = "%{NGINX_TIME:nginx.error.time} \\[%{WORD:log.level}\\] %{INT:process.pid:int}#%{INT:process.thread.id:int}:(?: \\*%{INT:nginx.error.connection_id:int})?"
      NGINX_MESSAGE = ".*?%{NGINX_CLIENT}?%{NGINX_SERVER}?%{NGINX_REQUEST}?%{NGINX_CALLS}%{NGINX_HOST}?%{NGINX_FROM}?"
      NGINX_CLIENT  = "(?:, client: (?:unix:|%{IPORHOST:source.address}))"
      NGINX_SERVER  = "(?:, server: (?:%{NOTSPACE:nginx.error.server_name}(?=,|\\s*\\z))?)"
      NGINX_REQUEST = "(?:, request: \"(?:%{WORD:http.request.method} %{NOTSPACE:url.original} HTTP/%{NUMBER:http.version}|%{DATA:nginx.error.request})\")"
      NGINX_CALLS   = "(?:, subrequest: \"%{DATA:nginx.error.subrequest}\")?(?:, upstream: \"%{DATA:nginx.error.upstream}\")?"
      NGINX_HOST    = "(?:, host: \"(?:%{IP:destination.ip}|%{DATA:destination.domain})(?::%{POSINT:destination.port:int})?\")"
      NGINX_FROM    = "(?:, referrer: \"%{DATA:http.request.referrer}\")"
    }
  }

  # What the system said, as in connect() failed (111: Connection refused).
  filter "grok" {
    when  = matches(message, "\\(\\d+: [^()]+\\)")
    match = ["\\(%{INT:error.code}: (?<event.reason>[^()]+)\\)"]
  }

  filter "date" {
    field    = "nginx.error.time"
    formats  = ["yyyy/MM/dd HH:mm:ss"]
    timezone = var.timezone
  }

  filter "address" {
    domain = ""
  }

  filter "url" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    when   = has(destination.domain)
    fields = { "url.domain" = destination.domain }
  }

  filter "set" {
    fields = { "related.ip" = [source.ip, destination.ip] }
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["info"]
      "event.module"   = "nginx"
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

test "a page" {
  pipeline = "nginx_access"
  line     = "89.160.20.156 - - [25/Oct/2016:14:49:34 +0200] \"GET /favicon.ico HTTP/1.1\" 404 571 \"http://localhost:8080/\" \"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/54.0.2840.59 Safari/537.36\""
  expect = {
    "@timestamp"                  = "2016-10-25T12:49:34.000Z"
    "source.ip"                   = "89.160.20.156"
    "url.path"                    = "/favicon.ico"
    "url.extension"               = "ico"
    "http.response.status_code"   = 404
    "event.outcome"               = "failure"
    "user_agent.name"             = "Chrome"
    "user_agent.os.full"          = "Mac OS X 10.12.0"
    "source.geo.country_iso_code" = "SE"
  }
  absent = ["source.domain", "message", "tags"]
}

test "a list of addresses" {
  pipeline = "nginx_access"
  line     = "\"10.5.102.222, 175.16.199.1, 204.246.1.1\" 10.2.1.185 - - [22/Jan/2016:13:18:29 +0000] \"GET /assets/xxxx?q=100 HTTP/1.1\" 200 25507 \"-\" \"Amazon CloudFront\""
  expect = {
    "source.address"              = "175.16.199.1"
    "source.ip"                   = "175.16.199.1"
    "url.query"                   = "q=100"
    "nginx.access.remote_ip_list" = ["10.5.102.222", "175.16.199.1", "204.246.1.1", "10.2.1.185"]
  }
}

test "lists without spaces, with ports, and none" {
  pipeline = "nginx_access"
  lines = [
    "10.0.0.2,8.8.8.8,10.0.0.1 - - [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "8.8.8.8:51234, 10.0.0.1 - kim [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "[2001:db8::9]:51234 - - [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "- - - [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "www.example.com - - kim [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "- 8.8.8.8 - - [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "[2001:db8::1]:8443 8.8.8.8 - - [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
    "8.8.8.8 - minji - kim [22/Jan/2016:13:18:29 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"",
  ]
  expect = [
    { "source.ip" = "8.8.8.8", "nginx.access.remote_ip_list" = ["10.0.0.2", "8.8.8.8", "10.0.0.1"] },
    { "source.ip" = "8.8.8.8", "source.port" = 51234, "user.name" = "kim", "nginx.access.remote_ip_list" = ["8.8.8.8", "10.0.0.1"] },
    { "source.ip" = "2001:db8::9", "source.port" = 51234, "source.address" = "2001:db8::9" },
    { "source.address" = null, "user.name" = null },
    { "destination.domain" = "www.example.com", "source.address" = null, "user.name" = "kim" },
    { "destination.domain" = null, "source.ip" = "8.8.8.8" },
    { "destination.ip" = "2001:db8::1", "destination.port" = 8443, "source.ip" = "8.8.8.8" },
    { "destination.domain" = null, "source.ip" = "8.8.8.8", "user.name" = "minji - kim" },
  ]
  absent = ["tags"]
}

test "the host asked for in front" {
  pipeline = "nginx_access"
  line     = "lessons.example.com 192.168.0.1 - - [09/Jun/2020:12:10:39 -0700] \"GET /%EC%84%9C%EC%9A%B8/ HTTP/1.1\" 206 7648063 \"-\" \"curl/8.5.0\""
  expect   = { "destination.domain" = "lessons.example.com", "url.domain" = "lessons.example.com", "source.ip" = "192.168.0.1", "url.path" = "/서울/" }
}

test "the address asked for in front" {
  pipeline = "nginx_access"
  line     = "192.0.2.80:8080 198.51.100.7, 10.0.0.1 - minji [09/Jun/2020:12:10:39 -0700] \"GET http://proxy.example.com/a HTTP/1.1\" 200 1 \"-\" \"-\""
  expect   = { "destination.ip" = "192.0.2.80", "destination.port" = 8080, "related.ip" = ["198.51.100.7", "192.0.2.80"], "related.user" = ["minji"], "url.domain" = "proxy.example.com" }
  absent   = ["destination.domain"]
}

test "a space in the URL" {
  pipeline = "nginx_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /a b/c.html HTTP/1.1\" 400 226 \"-\" \"-\""
  expect   = { "http.request.method" = "GET", "url.original" = "/a b/c.html", "http.version" = "1.1", "related.ip" = ["192.0.2.7"] }
  absent   = ["nginx.access.request", "tags", "related.user"]
}

test "a connection that never asked, and its time" {
  pipeline = "nginx_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"\" 408 0 \"-\" \"-\" 60.001"
  expect   = { "http.response.status_code" = 408, "event.duration" = 60001000000, "event.reason" = "request timeout" }
  absent   = ["url.original", "user_agent"]
}

test "Kubernetes' ingress-nginx, which tried two pods" {
  pipeline = "nginx_access"
  line     = "192.0.2.7 - - [07/Feb/2020:12:02:42 +0000] \"GET /v2/some HTTP/1.1\" 200 61 \"-\" \"-\" 348 0.105 [default-web2-8080] [] 172.17.0.6:8080, 172.17.0.7:8080 61, 100 0.100, 0.004 200, 203 835136ae24486dbb4156dcbe21f5d402"
  expect = {
    "event.duration"  = 105000000
    "event.type"      = ["info"]
    "http.request.id" = "835136ae24486dbb4156dcbe21f5d402"
    "source.ip"       = "192.0.2.7"
    "url.path"        = "/v2/some"

    "nginx.ingress_controller" = {
      http           = { request = { id = "835136ae24486dbb4156dcbe21f5d402", length = 348, time = 0.105 } }
      remote_ip_list = ["192.0.2.7"]
      upstream = {
        ip   = "172.17.0.7"
        name = "default-web2-8080"
        port = 8080
        response = {
          length           = 100
          length_list      = ["61", "100"]
          status_code      = 203
          status_code_list = ["200", "203"]
          time             = 0.104
          time_list        = ["0.100", "0.004"]
        }
      }
      upstream_address_list = ["172.17.0.6:8080", "172.17.0.7:8080"]
    }
  }
  absent = ["tags", "nginx.access"]
}

test "ingress-nginx with other upstreams, and none" {
  pipeline = "nginx_access"
  lines = [
    "192.0.2.7 - - [07/Feb/2020:11:50:09 +0000] \"geti /a HTTP/1.1\" 400 163 \"-\" \"-\" 0 0.000 [] [] - - - - efb0c5aa8be6cdeb4a7e7bd090e3d893",
    "2001:db8::7 - - [24/Aug/2022:18:05:41 +0000] \"GET /a HTTP/2.0\" 502 552 \"-\" \"-\" 27 0.000 [web-80] [web2-80] [2001:db8::7]:5000, [2001:db8::8]:5001 0, 0 0.000, 0.000 502, 502 3db73c6c",
    "192.0.2.7 - - [07/Feb/2020:11:56:54 +0000] \"GET /a HTTP/1.1\" 200 59 \"-\" \"-\" 369 0.002 [web-80] [] unix:/run/php-fpm.sock 59 0.002 200 0f76",
    "192.0.2.7 - - [07/Feb/2020:12:02:42 +0000] \"GET /a HTTP/1.1\" 200 61 \"-\" \"-\" 348 0.1 [web-80] [] 172.17.0.6:80 : 172.17.0.7:80 - 0.100, - 200, - 8351",
    "192.0.2.7 - - [07/Feb/2020:12:02:42 +0000] \"GET /a HTTP/1.1\" 200 61 \"-\" \"-\" 0.100 [web-80] and more",
  ]
  expect = [
    { "http.request.method" = "geti", "nginx.ingress_controller" = { http = { request = { id = "efb0c5aa8be6cdeb4a7e7bd090e3d893", length = 0, time = 0 } }, remote_ip_list = ["192.0.2.7"] } },
    { "nginx.ingress_controller.upstream.ip" = "2001:db8::8", "nginx.ingress_controller.upstream.port" = 5001, "nginx.ingress_controller.upstream.alternative_name" = "web2-80", "nginx.ingress_controller.upstream.response.status_code" = 502 },
    { "nginx.ingress_controller.upstream_address_list" = ["unix:/run/php-fpm.sock"], "nginx.ingress_controller.upstream.response.length" = 59 },
    { "nginx.ingress_controller.upstream_address_list" = ["172.17.0.6:80", "172.17.0.7:80"], "nginx.ingress_controller.upstream.ip" = "172.17.0.7", "nginx.ingress_controller.upstream.response.status_code_list" = ["200", "-"] },
    { "event.duration" = 100000000, "event.type" = ["access"], "nginx.access.rest" = "[web-80] and more" },
  ]
  absent = ["tags"]
}

test "the time before the referrer" {
  pipeline = "nginx_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 200 45 0.012 \"-\" \"curl/8.5.0\""
  expect   = { "event.duration" = 12000000, "http.response.body.bytes" = 45 }
  absent   = ["nginx.access.seconds", "nginx.access.rest", "tags"]
}

test "an IPv6 client with a user name" {
  pipeline = "nginx_access"
  line     = "2001:db8::7 - haneul [26/Apr/2018:01:28:08 +0900] \"POST /login HTTP/2.0\" 302 0 \"-\" \"-\""
  expect   = { "source.ip" = "2001:db8::7", "user.name" = "haneul", "http.version" = "2.0" }
}

test "a client on a Unix socket" {
  pipeline = "nginx_access"
  line     = "unix: - - [26/Feb/2019:15:39:42 +0100] \"hello\" 400 173 \"-\" \"-\""
  expect   = { "source.address" = "unix:", "nginx.access.request" = "hello" }
  absent   = ["source.ip", "related", "nginx.access.remote_ip_list"]
}

test "escaped quotes" {
  pipeline = "nginx_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" 200 45 \"-\" \"agent \\x22quoted\\x22\""
  expect   = { "user_agent.original" = "agent \\x22quoted\\x22" }
}

test "a line cut in half" {
  pipeline = "nginx_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht"
  expect   = { "message" = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht" }
  tags     = ["_grokparsefailure"]
}

test "an upstream that refuses" {
  pipeline = "nginx_error"
  line     = "2026/11/26 17:59:15 [error] 2994#2995: *4 connect() failed (111: Connection refused) while connecting to upstream, client: 8.8.8.8, server: shop.example.com, request: \"GET /dead/x?a=1 HTTP/1.1\", upstream: \"http://127.0.0.1:19998//x?a=1\", host: \"www.example.com:8080\", referrer: \"http://e.com/?q=a, b\""
  expect = {
    "log.level"                   = "error"
    "process.pid"                 = 2994
    "process.thread.id"           = 2995
    "nginx.error.connection_id"   = 4
    "error.code"                  = "111"
    "event.reason"                = "Connection refused"
    "event.type"                  = ["error"]
    "source.address"              = "8.8.8.8"
    "source.ip"                   = "8.8.8.8"
    "source.geo.country_iso_code" = "US"
    "nginx.error.server_name"     = "shop.example.com"
    "http.request.method"         = "GET"
    "http.version"                = "1.1"
    "url.original"                = "/dead/x?a=1"
    "url.path"                    = "/dead/x"
    "nginx.error.upstream"        = "http://127.0.0.1:19998//x?a=1"
    "destination.domain"          = "www.example.com"
    "destination.port"            = 8080
    "http.request.referrer"       = "http://e.com/?q=a, b"
    "message"                     = "connect() failed (111: Connection refused) while connecting to upstream, client: 8.8.8.8, server: shop.example.com, request: \"GET /dead/x?a=1 HTTP/1.1\", upstream: \"http://127.0.0.1:19998//x?a=1\", host: \"www.example.com:8080\", referrer: \"http://e.com/?q=a, b\""
  }
  absent = ["tags", "nginx.error.time", "event.outcome"]
}

test "a file that is not there" {
  pipeline = "nginx_error"
  line     = "2016/10/25 14:49:34 [error] 54053#0: *1 open() \"/usr/local/Cellar/nginx/1.10.2_1/html/favicon.ico\" failed (2: No such file or directory), client: 2001:db8::7, server: localhost, request: \"GET /favicon.ico HTTP/1.1\", host: \"localhost:8080\", referrer: \"http://localhost:8080/\""
  expect = {
    "error.code"     = "2"
    "event.reason"   = "No such file or directory"
    "source.ip"      = "2001:db8::7"
    "url.path"       = "/favicon.ico"
    "url.extension"  = "ico"
    "process.thread" = { id = 0 }
  }
  absent = ["tags", "nginx.error.upstream"]
}

test "a notice of the server itself" {
  pipeline = "nginx_error"
  line     = "2026/11/26 17:59:15 [notice] 2993#2993: using the \"epoll\" event method"
  expect   = { "log.level" = "notice", "message" = "using the \"epoll\" event method", "event.type" = ["info"] }
  absent   = ["tags", "source", "nginx", "error", "url"]
}

test "a message of several lines" {
  pipeline = "nginx_error"
  line     = "2026/11/26 17:59:15 [debug] 2994#2994: *3 HTTP/1.1 404 Not Found\nServer: nginx/1.22.1\nConnection: close\n"
  expect   = { "log.level" = "debug", "nginx.error.connection_id" = 3, "message" = "HTTP/1.1 404 Not Found\nServer: nginx/1.22.1\nConnection: close" }
  absent   = ["tags"]
}

test "requests that are none, and no request" {
  pipeline = "nginx_error"
  lines = [
    "2026/11/26 17:59:16 [info] 2994#2994: *12 client timed out (110: Connection timed out) while reading client request line, client: 127.0.0.1, server: localhost, request: \"GET /slow\"",
    "2026/11/26 17:59:15 [info] 2994#2994: *9 client sent invalid request while reading client request line, client: 127.0.0.1, server: , request: \"GET /, client HTTP/1.1\"",
    "2026/11/26 17:59:15 [info] 2994#2994: *3 client 127.0.0.1 closed keepalive connection",
  ]
  expect = [
    { "error.code" = "110", "nginx.error.request" = "GET /slow", "nginx.error.server_name" = "localhost" },
    { "nginx.error.request" = "GET /, client HTTP/1.1", "source.ip" = "127.0.0.1" },
    { "message" = "client 127.0.0.1 closed keepalive connection" },
  ]
  absent = ["tags", "url"]
}

test "no line of an error log" {
  pipeline = "nginx_error"
  line     = "nginx: [emerg] bind() to 0.0.0.0:80 failed"
  expect   = { "message" = "nginx: [emerg] bind() to 0.0.0.0:80 failed" }
  tags     = ["_grokparsefailure"]
}
