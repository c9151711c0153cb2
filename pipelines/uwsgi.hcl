# The log of uWSGI: its request lines, what it says itself, and what the Python
# application writes to standard error, all in one file or each in its own. Of a
# log-format of your own give the string:
# --var 'format=%(addr) - %(user) [%(ltime)] "%(method) %(uri) %(proto)" %(status) %(rsize) %(micros)'

variable "paths" {
  description = "logs to follow; globs allowed"
  default     = ["/var/log/uwsgi/*.log", "/var/log/uwsgi/app/*.log"]
}

variable "format" {
  description = "uWSGI's log-format; empty for the one it has by itself"
  default     = ""
}

variable "log_date" {
  description = "uWSGI's log-date, where logformat-strftime makes %(ftime) follow it"
  default     = ""
}

variable "timezone" {
  description = "zone of the times, which uWSGI and Python's logging do not name: such as Asia/Seoul, or Local for the machine's own"
  default     = "Local"
}

variable "data_stream" {
  description = "data stream that takes the documents"
  default     = "logs-uwsgi.log-default"
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

  # A regular expression of request lines: the log-format with anything for its
  # variables. A traceback behind a request is not a part of it.
  pieces  = [for piece in regexall("%\\([^)]*\\)|[^%]+|%", var.format) : substr(piece, 0, 2) == "%(" ? ".*" : "\\Q${piece}\\E"]
  request = var.format == "" ? "\\[pid: \\d+\\|app: " : "^${join("", local.pieces)}$"
}

pipeline "uwsgi" {
  input "file" {
    paths = var.paths

    multiline {
      single_pattern = local.request

      # Tracebacks: places, what stands between chained ones, and the exception.
      continue_pattern = "^(?:\\s|$|Traceback \\(most recent call last\\):|During handling of the above exception|The above exception was the direct cause|[A-Za-z_]\\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Group)(?::|$)|[a-z_]\\w*(?:\\.\\w+)+: )"
    }
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  # What the log-format does not fit is no request.
  filter "log_format" {
    when           = var.format != ""
    uwsgi          = var.format != "" ? var.format : "%(addr)"
    uwsgi_date     = var.log_date
    timezone       = var.timezone
    tag_on_failure = []
  }

  filter "grok" {
    when  = var.format == "" && strcontains(message, "[pid: ")
    match = ["^%{UWSGI_REQUEST}$"]

    pattern_definitions = {
      UWSGI_HOST    = "(?:%{IPORHOST:destination.domain}(?::%{POSINT:destination.port:int})? )?"
      UWSGI_MEMORY  = "(?:\\{address space usage: %{INT:uwsgi.access.memory.vsz:int} bytes/%{INT}MB\\} \\{rss usage: %{INT:uwsgi.access.memory.rss:int} bytes/%{INT}MB\\} )?(?:\\{uss usage: [^}]*\\} \\{pss usage: [^}]*\\} )?"
      UWSGI_PROCESS = "\\[pid: %{INT:process.pid:int}\\|app: %{INT:uwsgi.access.app:int}\\|req: %{INT:uwsgi.access.app_requests:int}/%{INT:uwsgi.access.total_requests:int}\\]"
      UWSGI_CLIENT  = "(?:%{NOTSPACE:source.address})? \\(%{DATA:user.name}\\) \\{%{INT:uwsgi.access.variables:int} vars in %{INT:uwsgi.access.packet_bytes:int} bytes\\}"
      UWSGI_TIME    = "\\[(?<uwsgi.access.time>\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4})\\]"
      UWSGI_TARGET  = "(?:%{WORD:http.request.method}|-)? (?:-|%{DATA:url.original})?"
      UWSGI_ANSWER  = "generated %{INT:http.response.body.bytes:int} bytes in (?:%{INT:uwsgi.access.msecs:int} msecs|%{INT:uwsgi.access.micros:int} micros)(?: via %{WORD:uwsgi.access.via}\\(\\))? ?\\((?:HTTP/%{NUMBER:http.version}|[^ )]*) %{INT:http.response.status_code:int}\\)"
      UWSGI_REST    = "%{INT:uwsgi.access.headers:int} headers in %{INT:uwsgi.access.header_bytes:int} bytes \\(%{INT:uwsgi.access.switches:int} switches on core %{INT:uwsgi.access.core:int}\\)"
      UWSGI_REQUEST = "%{UWSGI_HOST}%{UWSGI_MEMORY}%{UWSGI_PROCESS} %{UWSGI_CLIENT} %{UWSGI_TIME} %{UWSGI_TARGET} => %{UWSGI_ANSWER} %{UWSGI_REST}"
    }
  }

  filter "date" {
    when     = has(uwsgi.access.time)
    field    = "uwsgi.access.time"
    formats  = ["EEE MMM d HH:mm:ss yyyy", "EEE MMM  d HH:mm:ss yyyy"]
    timezone = var.timezone
  }

  filter "set" {
    when   = has(uwsgi.access.msecs)
    fields = { "event.duration" = uwsgi.access.msecs * 1000000 }
  }

  filter "set" {
    when   = has(uwsgi.access.micros)
    fields = { "event.duration" = uwsgi.access.micros * 1000 }
  }

  filter "remove" {
    fields = ["uwsgi.access.msecs", "uwsgi.access.micros"]
  }

  filter "address" {}

  # Of an X-Forwarded-For in the format, what private networks wrote is believed.
  filter "forwarded" {
    when           = var.format != ""
    field          = "uwsgi.access.forwarded_for"
    replace_source = true
  }

  filter "url" {}

  filter "user_agent" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    when   = has(destination.domain)
    fields = { "url.domain" = destination.domain }
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.module"   = "uwsgi"
    }
  }

  filter "set" {
    when = has(http.response.status_code)
    fields = {
      "event.type"    = ["access"]
      "event.outcome" = http.response.status_code < 400 ? "success" : "failure"
    }
  }

  # The rest is for what is no request: records of Python's logging, tracebacks,
  # and what uWSGI says.
  filter "stack_trace" {
    when = !has(http.response.status_code)
  }

  filter "grok" {
    when      = !has(http.response.status_code) && matches(message, "^\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}\\] [A-Z]+ in ")
    match     = ["(?m)^\\[(?<uwsgi.log.time>[^\\]]+)\\] %{WORD:log.level} in %{NOTSPACE:log.logger}: %{GREEDYDATA:message}"]
    overwrite = ["message"]
  }

  # With log-date uWSGI's own lines have a time.
  filter "grok" {
    when      = !has(http.response.status_code) && matches(message, "^(?:\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}|\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d) - ")
    match     = ["(?m)^(?<uwsgi.log.time>.*?) - %{GREEDYDATA:message}"]
    overwrite = ["message"]
  }

  filter "date" {
    when     = has(uwsgi.log.time)
    field    = "uwsgi.log.time"
    formats  = ["yyyy-MM-dd HH:mm:ss,SSS", "yyyy-MM-dd HH:mm:ss", "ISO8601", "EEE MMM d HH:mm:ss yyyy", "EEE MMM  d HH:mm:ss yyyy"]
    timezone = var.timezone
  }

  filter "set" {
    when   = !has(log.level) && matches(message, "^\\*\\*\\* WARNING")
    fields = { "log.level" = "WARNING" }
  }

  filter "set" {
    when   = !has(log.level) && (has(error.stack_trace) || matches(message, "^(?:DAMN|!!!)|\\(\\): .* \\[\\S+ line \\d+\\]|^(?:SIGPIPE|segfault)|HARAKIRI|unable to |no python application found"))
    fields = { "log.level" = "ERROR" }
  }

  filter "set" {
    when   = !has(http.response.status_code)
    fields = { "event.type" = ["info"] }
  }

  filter "set" {
    when   = !has(http.response.status_code) && (has(error.stack_trace) || log.level == "ERROR" || log.level == "CRITICAL")
    fields = { "event.type" = ["error"] }
  }

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

test "a request" {
  line = "[pid: 23157|app: 0|req: 1/2] 8.8.8.8 (minji) {24 vars in 271 bytes} [Thu Nov 26 17:57:31 2026] GET /fail?order=7 => generated 265 bytes in 20 msecs (HTTP/1.1 500) 2 headers in 99 bytes (1 switches on core 0)"
  expect = {
    "process.pid"                 = 23157
    "source.ip"                   = "8.8.8.8"
    "source.geo.country_iso_code" = "US"
    "user.name"                   = "minji"
    "http.request.method"         = "GET"
    "url.original"                = "/fail?order=7"
    "url.path"                    = "/fail"
    "url.query"                   = "order=7"
    "http.version"                = "1.1"
    "http.response.status_code"   = 500
    "http.response.body.bytes"    = 265
    "event.duration"              = 20000000
    "event.outcome"               = "failure"
    "event.type"                  = ["access"]
    "uwsgi.access.app_requests"   = 1
    "uwsgi.access.total_requests" = 2
    "uwsgi.access.core"           = 0
  }
  absent = ["message", "tags", "uwsgi.access.time", "uwsgi.access.msecs", "log.level"]
}

test "with the host, the memory, microseconds and sendfile" {
  line = "shop.example.com:8080 {address space usage: 98742272 bytes/94MB} {rss usage: 33214464 bytes/31MB} [pid: 9|app: -1|req: -1/5] 2001:db8::7 () {30 vars in 369 bytes} [Sun Nov  1 01:02:03 2026] GET /logo.png => generated 4096 bytes in 312 micros via sendfile() (HTTP/2.0 200) 3 headers in 123 bytes (0 switches on core 3)"
  expect = {
    "destination.domain"      = "shop.example.com"
    "destination.port"        = 8080
    "source.ip"               = "2001:db8::7"
    "event.duration"          = 312000
    "uwsgi.access.via"        = "sendfile"
    "uwsgi.access.app"        = -1
    "uwsgi.access.memory.rss" = 33214464
    "uwsgi.access.core"       = 3
    "http.version"            = "2.0"
  }
  absent = ["user", "tags"]
}

test "garbage instead of a request" {
  line   = "[pid: 23158|app: 0|req: 4/7] 127.0.0.1 () {8 vars in 76 bytes} [Thu Nov 26 17:57:31 2026]   => generated 0 bytes in 1 msecs ( 500) 0 headers in 0 bytes (0 switches on core 0)"
  expect = { "http.response.status_code" = 500, "source.ip" = "127.0.0.1" }
  absent = ["url", "http.request", "http.version", "tags", "message"]
}

test "a request too long for its line" {
  line   = "[pid: 1|app: 0|req: 4/7] 0.0.0.0 () {8 vars in 9000 bytes} [Thu Nov 26 17:57:31 2026] - - => generated 0 bytes in 1 msecs (- 200) 0 headers in 0 bytes (0 switches on core 0)"
  expect = { "http.response.status_code" = 200 }
  absent = ["url", "http.request", "tags"]
}

test "a request line cut in half" {
  line   = "[pid: 23157|app: 0|req: 1/2] 8.8.8.8 () {24 vars in 271 bytes} [Thu Nov 26 17:5"
  expect = { "message" = "[pid: 23157|app: 0|req: 1/2] 8.8.8.8 () {24 vars in 271 bytes} [Thu Nov 26 17:5" }
  tags   = ["_grokparsefailure"]
}

test "what uWSGI says" {
  line   = "spawned uWSGI worker 1 (pid: 23157, cores: 1)"
  expect = { "message" = "spawned uWSGI worker 1 (pid: 23157, cores: 1)", "event.type" = ["info"], "event.module" = "uwsgi" }
  absent = ["tags", "error", "log.level"]
}

test "a warning of uWSGI" {
  line   = "*** WARNING: you are running uWSGI as root !!! (use the --uid flag) ***"
  expect = { "log.level" = "WARNING" }
}

test "a client that went away" {
  line = "Thu Nov 26 17:57:31 2026 - uwsgi_response_write_body_do(): Broken pipe [core/writer.c line 341] during GET /slow (127.0.0.1)"
  expect = {
    "message"    = "uwsgi_response_write_body_do(): Broken pipe [core/writer.c line 341] during GET /slow (127.0.0.1)"
    "log.level"  = "ERROR"
    "event.type" = ["error"]
  }
  absent = ["uwsgi", "tags"]
}

test "an exception in the application" {
  line = "[2026-11-26 17:57:31,269] ERROR in app: Exception on /fail [GET]\nTraceback (most recent call last):\n  File \"/srv/app.py\", line 20, in fail\n    raise ConnectionRefusedError(\"no connection\")\nConnectionRefusedError: no connection\n\nThe above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\n  File \"/srv/app.py\", line 22, in fail\n    raise RuntimeError(\"order 7 cannot be paid\") from e\nRuntimeError: order 7 cannot be paid"
  expect = {
    "message"              = "Exception on /fail [GET]"
    "log.level"            = "ERROR"
    "log.logger"           = "app"
    "error.type"           = "RuntimeError"
    "error.message"        = "order 7 cannot be paid"
    "log.origin.file.name" = "/srv/app.py"
    "log.origin.file.line" = 22
    "log.origin.function"  = "fail"
    "event.type"           = ["error"]
  }
  absent = ["tags", "uwsgi"]
}

test "with a log-date" {
  line   = "2026-11-26 18:29:48 - SIGINT/SIGTERM received...killing workers..."
  expect = { "message" = "SIGINT/SIGTERM received...killing workers...", "event.type" = ["info"] }
  absent = ["tags", "uwsgi"]
}
