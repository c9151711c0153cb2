# Tomcat's access logs, catalina.out and localhost log.
#
# Access logs are read by the pattern of the AccessLogValve. With a pattern that is
# not the default: --var 'format=%h %l %u %t "%r" %s %b %D "%{User-Agent}i"'
#
# catalina.out and the localhost log may be written by Tomcat's OneLineFormatter or
# by java.util.logging's SimpleFormatter, which takes two lines. Stack traces become
# error.type, error.message and error.stack_trace.

variable "paths" {
  description = "access logs to follow; globs allowed"
  default     = ["/var/log/tomcat*/localhost_access_log*.txt", "/opt/tomcat/logs/localhost_access_log*.txt"]
}

variable "format" {
  description = "the pattern of the access log valve"
  default     = "common"
}

variable "version" {
  description = "Tomcat's major version: before 10 it writes %D in milliseconds"
  default     = 10
}

variable "health_check_networks" {
  description = "addresses and networks of load balancers: a 408 for one of them is a health check's, see docs/408.md"
  default     = []
}

variable "request_read_timeout" {
  description = "the connector's connectionTimeout, in seconds: a 408 that comes sooner is an answer, no timeout"
  default     = 20
}

variable "log_paths" {
  description = "catalina.out and localhost logs to follow; by default those that lie beside the access logs"
  type        = list(string)
  default     = null
}

variable "timezone" {
  description = "zone of the times in catalina.out, which do not name it, such as \"Asia/Seoul\"; \"Local\" is the machine's own"
  default     = "Local"
}

variable "data_stream" {
  description = "data stream that takes the documents of access logs"
  default     = "logs-tomcat.access-default"
}

variable "log_data_stream" {
  description = "data stream that takes the documents of catalina.out and localhost logs"
  default     = "logs-tomcat.log-default"
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

pipeline "tomcat_access" {
  input "file" {
    paths = var.paths
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "log_format" {
    tomcat         = var.format
    tomcat_version = var.version
  }

  filter "address" {}

  # Of an X-Forwarded-For in the pattern, what private networks wrote is believed.
  filter "forwarded" {
    field          = "tomcat.access.forwarded_for"
    replace_source = true
  }

  filter "url" {}

  filter "user_agent" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["access"]
      "event.module"   = "tomcat"
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
    fields = { "labels.timeout_cause" = !has(http.request.method) && !has(tomcat.access.request) ? "no_request" : event.duration < var.request_read_timeout * 1000000000 ? "answered" : "incomplete_request" }
  }

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

pipeline "tomcat_log" {
  input "file" {
    paths        = var.log_paths != null ? var.log_paths : flatten([for f in distinct([for p in var.paths : regex("^(?:.*/)?", p)]) : ["${f}catalina.out", "${f}localhost.*"]])
    warn_missing = var.log_paths != null

    # 26-Nov-2026 17:59:28.846 … | Nov 26, 2026 5:59:33 PM … | Exception in thread "main" …
    multiline {
      start_pattern = "^\\d\\d?-[^ -]+-\\d{4} \\d\\d:\\d\\d:\\d\\d|^\\S+ \\d\\d?, \\d{4} \\d\\d?:\\d\\d:\\d\\d|^Exception in thread \""
      timeout       = "2s"
    }
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "grok" {
    match     = ["\\A%{TOMCAT_ONE_LINE}", "\\A%{TOMCAT_TWO_LINES}", "\\A%{TOMCAT_UNCAUGHT}"]
    overwrite = ["message"]

    pattern_definitions = {
      TOMCAT_ONE_LINE  = "%{TOMCAT_TIME:tomcat.log.time} %{NOTSPACE:log.level} \\[%{DATA:process.thread.name}\\] (?:%{JAVA_NAME:log.logger}\\.)?%{JAVA_METHOD:log.origin.function} ?%{TOMCAT_TEXT}"
      TOMCAT_TIME      = "\\d\\d?-[^ -]+-\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d{3}"
      TOMCAT_TWO_LINES = "%{JUL_TIME:tomcat.log.time} %{JAVA_NAME:log.logger}(?: %{JAVA_METHOD:log.origin.function})?\\n%{JUL_LEVEL:log.level}: %{TOMCAT_TEXT}"
      JUL_TIME         = "\\S+ \\d\\d?, \\d{4} \\d\\d?:\\d\\d:\\d\\d \\S+"
      JUL_LEVEL        = "[^:\\n]+"
      JAVA_NAME        = "[^\\s\\[\\]]+"
      JAVA_METHOD      = "[^\\s\\[\\].]+"
      TOMCAT_TEXT      = "(?m:(?<message>.*?)\\s*\\z)"
      TOMCAT_UNCAUGHT  = "(?m:(?<message>Exception in thread \"%{DATA:process.thread.name}\" .*?)\\s*\\z)"
    }
  }

  filter "stack_trace" {}

  filter "date" {
    field    = "tomcat.log.time"
    formats  = ["dd-MMM-yyyy HH:mm:ss.SSS", "MMM dd, yyyy h:mm:ss a"]
    locale   = "ko"
    timezone = var.timezone
  }

  # Java 8 in Korean.
  filter "translate" {
    field      = "log.level"
    dictionary = { "심각" = "SEVERE", "경고" = "WARNING", "정보" = "INFO", "구성" = "CONFIG", "미세" = "FINE", "보다 미세" = "FINER", "가장 미세" = "FINEST" }
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["info"]
      "event.module"   = "tomcat"
    }
  }

  filter "set" {
    when   = contains(["SEVERE", "WARNING"], log.level) || (has(error.type) && !has(log.level))
    fields = { "event.type" = ["error"] }
  }

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.log_data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

test "a page" {
  pipeline = "tomcat_access"
  line     = "8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] \"GET /board/list.jsp?page=2 HTTP/1.1\" 200 5120"
  expect = {
    "@timestamp"                  = "2018-04-25T16:28:08.000Z"
    "source.ip"                   = "8.8.8.8"
    "user.name"                   = "minji"
    "http.request.method"         = "GET"
    "url.path"                    = "/board/list.jsp"
    "url.query"                   = "page=2"
    "http.version"                = "1.1"
    "http.response.status_code"   = 200
    "http.response.body.bytes"    = 5120
    "event.outcome"               = "success"
    "event.module"                = "tomcat"
    "source.geo.country_iso_code" = "US"
  }
  absent = ["message", "tags", "tomcat"]
}

test "a connection that never asked" {
  pipeline = "tomcat_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"-\" 408 -"
  expect   = { "http.response.status_code" = 408, "event.reason" = "request timeout", "event.outcome" = "failure" }
  absent   = ["url", "http.request"]
}

test "garbage instead of a request" {
  pipeline = "tomcat_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"null null null\" 400 762"
  expect   = { "http.response.status_code" = 400, "tomcat.access.request" = "null null null" }
  absent   = ["url.original", "tags"]
}

test "a line cut in half" {
  pipeline = "tomcat_access"
  line     = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht"
  expect   = { "message" = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht" }
  tags     = ["_logformatparsefailure"]
}

test "a stack trace in the localhost log" {
  pipeline = "tomcat_log"
  line     = "26-Nov-2026 17:59:28.846 SEVERE [http-nio-127.0.0.1-22164-exec-3] org.apache.catalina.core.StandardWrapperValve.invoke Servlet.service() for servlet [app] in context with path [] threw exception [order 7 cannot be paid] with root cause\n\tjava.sql.SQLException: Connection refused\n\t\tat shop.App.checkout(App.java:43)\n\t\tat shop.App.service(App.java:21)"
  expect = {
    "log.level"           = "SEVERE"
    "process.thread.name" = "http-nio-127.0.0.1-22164-exec-3"
    "log.logger"          = "org.apache.catalina.core.StandardWrapperValve"
    "log.origin.function" = "shop.App.checkout"
    "message"             = "Servlet.service() for servlet [app] in context with path [] threw exception [order 7 cannot be paid] with root cause"
    "error.type"          = "java.sql.SQLException"
    "error.message"       = "Connection refused"
    "error.stack_trace"   = "\tjava.sql.SQLException: Connection refused\n\t\tat shop.App.checkout(App.java:43)\n\t\tat shop.App.service(App.java:21)"
    "event.type"          = ["error"]
  }
  absent = ["tags", "tomcat"]
}

test "a message of two lines before the stack trace" {
  pipeline = "tomcat_log"
  line     = "26-Nov-2026 17:59:28.908 WARNING [http-nio-127.0.0.1-22164-exec-4] shop.App.service stock is low\nonly a few are left\n\tjava.lang.IllegalStateException: three left\n\t\tat shop.App.service(App.java:22)\n\tCaused by: java.io.IOException: no\n\t\t... 24 more\n"
  expect = {
    "log.logger"        = "shop.App"
    "message"           = "stock is low\nonly a few are left"
    "error.type"        = "java.lang.IllegalStateException"
    "error.message"     = "three left"
    "error.stack_trace" = "\tjava.lang.IllegalStateException: three left\n\t\tat shop.App.service(App.java:22)\n\tCaused by: java.io.IOException: no\n\t\t... 24 more"
  }
  absent = ["tags"]
}

test "an exception with a message of several lines, and without one" {
  pipeline = "tomcat_log"
  lines = [
    "26-Nov-2026 17:59:28.908 SEVERE [main] shop.App.service failed\n\tshop.DataException: first\nsecond: line\n\t\tat shop.App.service(App.java:22)",
    "26-Nov-2026 17:59:28.908 SEVERE [main] shop.App.service failed\n\tjava.lang.NullPointerException\n\t\tat shop.App.service(App.java:22)",
  ]
  expect = [
    { "error.type" = "shop.DataException", "error.message" = "first\nsecond: line", "message" = "failed" },
    { "error.type" = "java.lang.NullPointerException", "error.message" = null, "message" = "failed" },
  ]
  absent = ["tags"]
}

test "an ordinary message" {
  pipeline = "tomcat_log"
  line     = "26-Nov-2026 17:59:28.645 INFO [main] org.apache.catalina.startup.Catalina.start Server startup in [6154] milliseconds"
  expect   = { "log.level" = "INFO", "log.logger" = "org.apache.catalina.startup.Catalina", "message" = "Server startup in [6154] milliseconds", "event.type" = ["info"] }
  absent   = ["tags", "error"]
}

test "java.util.logging's two lines" {
  pipeline = "tomcat_log"
  lines = [
    "Nov 26, 2026 5:59:33 PM org.apache.catalina.startup.VersionLoggerListener log\nINFO: Server built:          Sep 20 2026 11:06:01 UTC",
    "Nov 26, 2026 5:59:41 PM org.apache.coyote.http11.Http11Processor service\nINFO: Error parsing HTTP request header\n Note: further occurrences of HTTP request parsing errors will be logged at DEBUG level.\njava.lang.IllegalArgumentException: Invalid character found in method name [0x160x030x01 ]. HTTP method names must be tokens\n\tat org.apache.coyote.http11.Http11InputBuffer.parseRequestLine(Http11InputBuffer.java:410)\n",
  ]
  expect = [
    { "log.level" = "INFO", "log.logger" = "org.apache.catalina.startup.VersionLoggerListener", "log.origin.function" = "log", "message" = "Server built:          Sep 20 2026 11:06:01 UTC" },
    { "error.type" = "java.lang.IllegalArgumentException", "error.message" = "Invalid character found in method name [0x160x030x01 ]. HTTP method names must be tokens", "message" = "Error parsing HTTP request header\n Note: further occurrences of HTTP request parsing errors will be logged at DEBUG level." },
  ]
  absent = ["tags"]
}

test "in Korean" {
  pipeline = "tomcat_log"
  lines = [
    "26-11월-2026 17:59:28.846 심각 [main] shop.App.service 재고가 없습니다",
    "11월 26, 2026 5:59:33 오후 shop.App service\n경고: 재고가 없습니다",
  ]
  expect = [
    { "log.level" = "SEVERE", "message" = "재고가 없습니다", "event.type" = ["error"] },
    { "log.level" = "WARNING", "message" = "재고가 없습니다", "log.logger" = "shop.App" },
  ]
  absent = ["tags"]
}

test "a thread that died" {
  pipeline = "tomcat_log"
  line     = "Exception in thread \"pool-1-thread-1\" java.lang.OutOfMemoryError: Java heap space\n\tat shop.App.fill(App.java:9)"
  expect   = { "process.thread.name" = "pool-1-thread-1", "error.type" = "java.lang.OutOfMemoryError", "error.message" = "Java heap space", "event.type" = ["error"] }
  absent   = ["tags"]
}

test "no line of a log" {
  pipeline = "tomcat_log"
  line     = "NOTE: Picked up JDK_JAVA_OPTIONS"
  expect   = { "message" = "NOTE: Picked up JDK_JAVA_OPTIONS" }
  tags     = ["_grokparsefailure"]
}
