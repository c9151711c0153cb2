# What a Flask application logs: the requests of werkzeug's development server, and
# the records of Python's logging with their tracebacks, as Flask's own handler
# writes them, logging.basicConfig, or a formatter with the place of the call:
#   [2026-01-01 12:00:00,000] ERROR in app: text
#   ERROR:app:text
#   2026-01-01 12:00:00,000 - app - ERROR - text
#   2026-01-01 12:00:00,000 ERROR: text [in /srv/app.py:22]

variable "paths" {
  description = "logs to follow; globs allowed"
  default     = ["/var/log/flask/*.log"]
}

variable "timezone" {
  description = "zone of the times, which Python's logging does not name: such as Asia/Seoul, or Local for the machine's own"
  default     = "Local"
}

variable "data_stream" {
  description = "data stream that takes the documents"
  default     = "logs-flask.log-default"
}

variable "geoip_databases" {
  description = "mmdb files, such as GeoLite2-City.mmdb and GeoLite2-ASN.mmdb; without one the built-in countries are used"
  default     = []
}

variable "original" {
  description = "keep the whole event in event.original"
  default     = false
}

locals {
  hosts = split(",", env("ELASTICSEARCH_HOSTS", "http://localhost:9200"))
}

pipeline "flask" {
  input "file" {
    paths = var.paths

    # A record goes on until the next one; what werkzeug says is one line each, so
    # that a traceback behind a request is not a part of it.
    multiline {
      start_pattern  = "^(?:\\[?\\d{4}-\\d\\d-\\d\\d[ T]|[A-Z]+:[\\w.]+:)"
      single_pattern = "^(?:[A-Z]+:werkzeug:)?(?:\\S+ - \\S+ \\[\\d\\d/\\w{3}/\\d{4} \\d\\d:\\d\\d:\\d\\d\\] | \\* |(?:\\x1b\\[[\\d;]*m)*(?:WARNING: This is a|Press CTRL))"
    }
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  # Werkzeug writes in colours when it writes to a terminal.
  filter "gsub" {
    fields  = ["message"]
    pattern = "\\x1b\\[[\\d;]*m"
  }

  filter "grok" {
    when  = matches(message, "^(?:[A-Z]+:werkzeug:)?\\S+ - \\S+ \\[\\d\\d/\\w{3}/\\d{4} ")
    match = ["^%{WERKZEUG_LINE}$"]

    pattern_definitions = {
      WERKZEUG_REQUEST = "(?:(?<http.request.method>[A-Z]+) %{NOTSPACE:url.original} HTTP/%{NUMBER:http.version}|(?<flask.access.request>.*))"
      WERKZEUG_ANSWER  = "\"%{WERKZEUG_REQUEST}\" %{INT:http.response.status_code:int} (?:-|%{INT:http.response.body.bytes:int})"
      WERKZEUG_LINE    = "(?:%{WORD:log.level}:werkzeug:)?%{NOTSPACE:source.address} - (?:-|%{NOTSPACE:user.name}) \\[(?<flask.log.time>[^\\]]+)\\] (?:%{WERKZEUG_ANSWER}|%{GREEDYDATA:message})"
    }

    overwrite = ["message"]
  }

  filter "set" {
    when   = has(flask.log.time)
    fields = { "log.logger" = "werkzeug" }
  }

  filter "set" {
    when   = startswith(message, "code ") && has(source.address) && !has(log.level)
    fields = { "log.level" = "ERROR" }
  }

  filter "stack_trace" {
    when = has(message)
  }

  # The record's own place counts, not the exception's.
  filter "remove" {
    when   = matches(message, " \\[in [^\\]]+:\\d+\\]$")
    fields = ["log.origin"]
  }

  filter "grok" {
    when = !has(source.address) && matches(message, "^(?:\\[?\\d{4}-\\d\\d-\\d\\d[ T]|[A-Z]+:[\\w.]+:)")
    match = [
      "^\\[%{PYTHON_TIME}\\] %{PYTHON_LEVEL} in %{NOTSPACE:log.logger}: %{PYTHON_TEXT}",
      "^%{PYTHON_LEVEL}:(?<log.logger>[\\w.]+):%{PYTHON_TEXT}",
      "^%{PYTHON_TIME} - %{NOTSPACE:log.logger} - %{PYTHON_LEVEL} - %{PYTHON_TEXT}",
      "^\\[?%{PYTHON_TIME}\\]? %{PYTHON_LEVEL}:? %{PYTHON_TEXT}",
    ]

    pattern_definitions = {
      PYTHON_TIME  = "(?<flask.log.time>\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(?:[,.]\\d+)?)"
      PYTHON_LEVEL = "(?<log.level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)"
      PYTHON_TEXT  = "(?<message>(?m:.*?))(?: \\[in (?<log.origin.file.name>[^\\]]+):%{POSINT:log.origin.file.line:int}\\])?\\z"
    }

    overwrite = ["message"]
  }

  filter "date" {
    when     = has(flask.log.time)
    field    = "flask.log.time"
    formats  = ["dd/MMM/yyyy HH:mm:ss", "yyyy-MM-dd HH:mm:ss,SSS", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSSSSS", "ISO8601"]
    timezone = var.timezone
  }

  filter "address" {}

  filter "url" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.module"   = "flask"
      "event.type"     = ["info"]
    }
  }

  filter "set" {
    when = has(http.response.status_code)
    fields = {
      "event.type"    = ["access"]
      "event.outcome" = http.response.status_code < 400 ? "success" : "failure"
    }
  }

  filter "set" {
    when   = has(error.stack_trace) || log.level == "ERROR" || log.level == "CRITICAL"
    fields = { "event.type" = ["error"] }
  }

  filter "set" {
    when   = has(error.stack_trace) && !has(log.level)
    fields = { "log.level" = "ERROR" }
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
  line = "8.8.8.8 - - [26/Nov/2026 18:29:42] \"GET /fail?order=7 HTTP/1.1\" 500 -"
  expect = {
    "source.ip"                   = "8.8.8.8"
    "source.geo.country_iso_code" = "US"
    "http.request.method"         = "GET"
    "url.path"                    = "/fail"
    "url.query"                   = "order=7"
    "http.version"                = "1.1"
    "http.response.status_code"   = 500
    "event.type"                  = ["access"]
    "event.outcome"               = "failure"
    "log.logger"                  = "werkzeug"
  }
  absent = ["message", "tags", "http.response.body", "flask", "log.level"]
}

test "in colours, with the prefix of basicConfig" {
  line = "INFO:werkzeug:127.0.0.1 - - [26/Nov/2026 18:29:44] \"\u001b[31m\u001b[1mPOST /missing HTTP/1.1\u001b[0m\" 405 -"
  expect = {
    "http.request.method"       = "POST"
    "url.original"              = "/missing"
    "http.response.status_code" = 405
    "log.level"                 = "INFO"
  }
  absent = ["message", "tags", "flask"]
}

test "garbage instead of a request" {
  line   = "127.0.0.1 - - [26/Nov/2026 18:29:42] \"garbage\" 400 -"
  expect = { "flask.access.request" = "garbage", "http.response.status_code" = 400 }
  absent = ["url", "http.request", "tags"]
}

test "why it is none" {
  line   = "127.0.0.1 - - [26/Nov/2026 18:29:42] code 400, message Bad request syntax ('garbage')"
  expect = { "message" = "code 400, message Bad request syntax ('garbage')", "log.level" = "ERROR", "event.type" = ["error"], "source.ip" = "127.0.0.1" }
  absent = ["tags", "http"]
}

test "an exception with its cause" {
  line = "[2026-01-01 12:00:00,250] ERROR in app: Exception on /x [GET]\nTraceback (most recent call last):\n  File \"/srv/shop.py\", line 20, in fail\n    raise ConnectionRefusedError(\"no connection\")\nConnectionRefusedError: no connection\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"/srv/shop.py\", line 22, in fail\n    raise RuntimeError(\"order 7 cannot be paid\")\nRuntimeError: order 7 cannot be paid"
  expect = {
    "message"              = "Exception on /x [GET]"
    "log.level"            = "ERROR"
    "log.logger"           = "app"
    "error.type"           = "RuntimeError"
    "error.message"        = "order 7 cannot be paid"
    "log.origin.file.name" = "/srv/shop.py"
    "log.origin.file.line" = 22
    "log.origin.function"  = "fail"
    "event.type"           = ["error"]
  }
  absent = ["tags", "flask"]
}

test "a message of two lines" {
  line   = "WARNING:shop.stock:stock is low\nonly a few are left"
  expect = { "message" = "stock is low\nonly a few are left", "log.level" = "WARNING", "log.logger" = "shop.stock", "event.type" = ["info"] }
  absent = ["tags", "error"]
}

test "a formatter with the logger between" {
  line   = "2026-01-01 12:00:00,250 - shop - CRITICAL - the bank is gone"
  expect = { "message" = "the bank is gone", "log.level" = "CRITICAL", "log.logger" = "shop", "event.type" = ["error"] }
  absent = ["tags", "flask"]
}

test "a formatter with the place of the call" {
  line = "2026-01-01 12:00:00,250 ERROR: cannot pay [in /srv/shop.py:31]\nTraceback (most recent call last):\n  File \"/srv/bank.py\", line 5, in pay\nshop.errors.Unpaid: order 7"
  expect = {
    "message"              = "cannot pay"
    "log.level"            = "ERROR"
    "log.origin.file.name" = "/srv/shop.py"
    "log.origin.file.line" = 31
    "error.type"           = "shop.errors.Unpaid"
  }
  absent = ["tags", "log.origin.function"]
}

test "a traceback that nobody logged" {
  line   = "Traceback (most recent call last):\n  File \"/srv/shop.py\", line 1, in <module>\n    import shop\nModuleNotFoundError: No module named 'shop'"
  expect = { "error.type" = "ModuleNotFoundError", "error.message" = "No module named 'shop'", "log.level" = "ERROR" }
  absent = ["message", "tags"]
}

test "what the server says when it starts" {
  line   = " * Running on http://127.0.0.1:5000"
  expect = { "message" = " * Running on http://127.0.0.1:5000", "event.type" = ["info"] }
  absent = ["tags", "error"]
}
