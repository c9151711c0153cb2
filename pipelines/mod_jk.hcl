# mod_jk's log: which worker fails, and why. How the load spreads is in Apache's
# access log: docs/servers.md says what to put into its LogFormat.

variable "paths" {
  description = "logs to follow (JkLogFile); globs allowed"
  default     = ["/var/log/apache2/mod_jk.log", "/var/log/httpd/mod_jk.log"]
}

variable "timezone" {
  description = "zone of the log's times, which do not name it, such as \"Asia/Seoul\"; \"Local\" is the machine's own"
  default     = "Local"
}

variable "data_stream" {
  description = "data stream that takes the documents"
  default     = "logs-mod_jk.log-default"
}

variable "original" {
  description = "keep the whole line in event.original"
  default     = false
}

pipeline "mod_jk_log" {
  input "file" {
    paths = var.paths
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "grok" {
    # The second is a line of JkRequestLogFormat.
    match     = ["^\\[%{JK_TIME:mod_jk.time}\\] %{JK_HEAD}%{JK_MESSAGE:message}$", "^\\[%{JK_TIME:mod_jk.time}\\] %{GREEDYDATA:message}$"]
    overwrite = ["message"]

    pattern_definitions = {
      JK_TIME    = "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}"
      JK_LEVEL   = "trace|debug|info|warn|error|emerg"
      JK_SOURCE  = "%{WORD:log.origin.function}::%{NOTSPACE:log.origin.file.name} \\(%{INT:log.origin.file.line:int}\\): "
      JK_HEAD    = "(?:\\[%{INT:process.pid:int}:%{INT:process.thread.id:int}\\] )?\\[%{JK_LEVEL:log.level}\\] (?:%{JK_SOURCE})?"
      JK_MESSAGE = "(?:\\((?<mod_jk.worker.name>[^\\s():=]+)\\) )?.*"
    }
  }

  # Of the worker that a balancer gave up, or asked as a whole.
  filter "grok" {
    when  = !has(mod_jk.worker.name) && matches(message, "worker[ =][^ ]+( is in |$)")
    match = ["worker[ =]%{NOTSPACE:mod_jk.worker.name}(?: is in |$)"]
  }

  filter "grok" {
    when  = matches(message, "errno=\\d+")
    match = ["errno=%{INT:error.code}"]
  }

  # What Linux means by the number.
  filter "translate" {
    field  = "error.code"
    target = "event.reason"

    dictionary = {
      "4"   = "Interrupted system call"
      "9"   = "Bad file descriptor"
      "11"  = "Resource temporarily unavailable"
      "12"  = "Cannot allocate memory"
      "13"  = "Permission denied"
      "22"  = "Invalid argument"
      "23"  = "Too many open files in system"
      "24"  = "Too many open files"
      "32"  = "Broken pipe"
      "97"  = "Address family not supported by protocol"
      "98"  = "Address already in use"
      "99"  = "Cannot assign requested address"
      "100" = "Network is down"
      "101" = "Network is unreachable"
      "103" = "Software caused connection abort"
      "104" = "Connection reset by peer"
      "107" = "Transport endpoint is not connected"
      "110" = "Connection timed out"
      "111" = "Connection refused"
      "112" = "Host is down"
      "113" = "No route to host"
      "115" = "Operation now in progress"
    }
  }

  # connect to 192.0.2.1:8009 failed | Failed opening socket to (192.0.2.1:8009)
  filter "grok" {
    when  = matches(message, " to \\(?[^ ]+:\\d+\\)? ")
    match = [" to \\(?(?:%{IP:destination.ip}|(?<destination.domain>[^\\s():]+)):%{POSINT:destination.port:int}\\)? "]
  }

  filter "date" {
    field    = "mod_jk.time"
    formats  = ["EEE MMM dd HH:mm:ss.SSS yyyy", "EEE MMM dd HH:mm:ss yyyy"]
    timezone = var.timezone
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["info"]
      "event.module"   = "mod_jk"
    }
  }

  filter "set" {
    when   = contains(["warn", "error", "emerg"], log.level)
    fields = { "event.type" = ["error"] }
  }

  output "elasticsearch" {
    hosts       = split(",", env("ELASTICSEARCH_HOSTS", "http://localhost:9200"))
    data_stream = var.data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

test "a Tomcat that refuses" {
  lines = [
    "[Thu Nov 26 18:00:36.245 2026] [6751:140173665392320] [error] ajp_send_request::jk_ajp_common.c (1724): (two) connecting to backend failed. Tomcat is probably not started or is listening on the wrong port (errno=111)",
    "[Thu Nov 26 18:00:36.245 2026] [6751:140173665392320] [info] ajp_connect_to_endpoint::jk_ajp_common.c (1064): (two) Failed opening socket to (127.0.0.1:8009) (errno=111)",
  ]
  expect = [
    {
      "log.level"            = "error"
      "process.pid"          = 6751
      "process.thread.id"    = 140173665392320
      "log.origin.function"  = "ajp_send_request"
      "log.origin.file.name" = "jk_ajp_common.c"
      "log.origin.file.line" = 1724
      "mod_jk.worker.name"   = "two"
      "error.code"           = "111"
      "event.reason"         = "Connection refused"
      "event.type"           = ["error"]
      "message"              = "(two) connecting to backend failed. Tomcat is probably not started or is listening on the wrong port (errno=111)"
    },
    { "event.reason" = "Connection refused", "destination.ip" = "127.0.0.1", "destination.port" = 8009, "event.type" = ["info"] },
  ]
  absent = ["tags", "mod_jk.time", "destination.domain"]
}

test "a Tomcat that does not answer" {
  line = "[Mon Jan 15 09:10:11 2018] [1234:3078] [error] ajp_get_reply::jk_ajp_common.c (2118): (tomcat1) Tomcat is down or network problems. Part of the response has already been sent to the client (errno=110)"
  expect = {
    "mod_jk.worker.name" = "tomcat1"
    "error.code"         = "110"
    "event.reason"       = "Connection timed out"
    "process.thread.id"  = 3078
  }
  absent = ["tags"]
}

test "what the balancer says" {
  lines = [
    "[Thu Nov 26 18:00:36.348 2026] [6751:140173665392320] [info] service::jk_lb_worker.c (1600): service failed, worker two is in error state",
    "[Thu Nov 26 18:00:37.138 2026] [6751:140172523972288] [info] jk_handler::mod_jk.c (2972): Service error=0 for worker=balancer",
    "[Thu Nov 26 18:00:37.138 2026] [6751:140172523972288] [error] service::jk_lb_worker.c (1685): All tomcat instances failed, no more workers left",
  ]
  expect = [{ "mod_jk.worker.name" = "two" }, { "mod_jk.worker.name" = "balancer" }, { "mod_jk.worker.name" = null, "log.level" = "error" }]
  absent = ["tags", "error", "event.reason"]
}

test "a request, as JkRequestLogFormat has it" {
  line   = "[Thu Nov 26 18:00:35.670 2026] balancer www.example.com 0.001274"
  expect = { "message" = "balancer www.example.com 0.001274" }
  absent = ["tags", "log.level"]
}

test "no line of mod_jk" {
  line   = "workers.properties"
  expect = { "message" = "workers.properties" }
  tags   = ["_grokparsefailure"]
}
