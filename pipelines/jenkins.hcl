# Jenkins on a Tomcat: the access log of the Tomcat, in which a request says which
# job it is about and what for, and Jenkins' own log in both of its formats. With a
# pattern of the access log valve that is not the default:
# --var 'format=%h %l %u %t "%r" %s %b %D "%{User-Agent}i"'

variable "paths" {
  description = "access logs of the Tomcat to follow; globs allowed"
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

variable "context" {
  description = "path under which Jenkins is deployed; empty for the root"
  default     = "/jenkins"
}

variable "log_paths" {
  description = "Jenkins' own logs to follow; globs allowed"
  default     = ["/var/log/jenkins/jenkins.log"]
}

variable "timezone" {
  description = "zone of the times that Jenkins' older format does not name: such as Asia/Seoul, or Local for the machine's own"
  default     = "Local"
}

variable "data_stream" {
  description = "data stream that takes the requests"
  default     = "logs-jenkins.access-default"
}

variable "log_data_stream" {
  description = "data stream that takes Jenkins' own log"
  default     = "logs-jenkins.log-default"
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

pipeline "jenkins_access" {
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
    when           = has(tomcat.access.forwarded_for)
    field          = "tomcat.access.forwarded_for"
    replace_source = true
  }

  filter "url" {}

  filter "user_agent" {}

  filter "geoip" {
    databases = var.geoip_databases
  }

  # What the request is about. Requests outside of Jenkins have no such fields.
  filter "set" {
    when   = startswith(url.path, "${var.context}/")
    fields = { "jenkins.path" = trimprefix(url.path, var.context), "jenkins.request" = "page" }
  }

  filter "grok" {
    when        = matches(jenkins.path, "^(?:/view/[^/]+)*/job/[^/]")
    field       = "jenkins.path"
    match       = ["^(?:/view/[^/]+)*/job/(?<jenkins.job>[^/]+(?:/job/[^/]+)*)(?:/(?<jenkins.build>\\d{1,9}))?(?:/|$)"]
    keep_source = true
  }

  filter "convert" {
    fields = { jenkins.build = "integer" }
  }

  # Folders: job/shop/job/main is shop/main.
  filter "set" {
    when   = has(jenkins.job)
    fields = { "jenkins.job" = replace(jenkins.job, "/job/", "/"), "jenkins.request" = "job" }
  }

  filter "set" {
    when   = has(jenkins.build) || matches(jenkins.path, "/job/[^/]+/last(?:[A-Z]\\w*)?Build(?:/|$)")
    fields = { "jenkins.request" = "build" }
  }

  filter "set" {
    when   = http.request.method == "POST" && matches(jenkins.path, "/job/[^/]+/(?:build|buildWithParameters)/?$")
    fields = { "jenkins.request" = "trigger" }
  }

  filter "set" {
    when   = matches(jenkins.path, "^/(?:computer/|jnlpJars/|tcpSlaveAgentListener|wsagents)")
    fields = { "jenkins.request" = "agent" }
  }

  filter "set" {
    when   = matches(jenkins.path, "^/(?:manage|configure|configureSecurity|pluginManager|script|credentials|systemInfo)(?:/|$)|/configSubmit$")
    fields = { "jenkins.request" = "manage" }
  }

  filter "set" {
    when   = matches(jenkins.path, "^/(?:login|logout|loginError|j_spring_security_check|j_acegi_security_check|securityRealm/)")
    fields = { "jenkins.request" = "login" }
  }

  filter "set" {
    when   = matches(jenkins.path, "^/(?:github-webhook|gitlab-webhook|bitbucket-hook|generic-webhook-trigger|git/notifyCommit|project)(?:/|$)")
    fields = { "jenkins.request" = "webhook" }
  }

  filter "set" {
    when   = matches(jenkins.path, "/ajax(?:BuildQueue|Executors)?(?:/|$)|/(?:progressiveText|progressiveHtml|logText/\\w+|buildHistory/ajax)$")
    fields = { "jenkins.request" = "poll" }
  }

  filter "set" {
    when   = matches(jenkins.path, "/api/(?:json|xml|python)$|/(?:wfapi|crumbIssuer)(?:/|$)")
    fields = { "jenkins.request" = "api" }
  }

  filter "set" {
    when   = matches(jenkins.path, "^/(?:static|adjuncts|images|css|scripts|plugin|favicon\\.\\w+|robots\\.txt)(?:/|$)")
    fields = { "jenkins.request" = "static" }
  }

  filter "remove" {
    fields = ["jenkins.path"]
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["web"]
      "event.type"     = ["access"]
      "event.module"   = "jenkins"
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

  output "elasticsearch" {
    hosts       = local.hosts
    data_stream = var.data_stream
    username    = env("ELASTICSEARCH_USERNAME", "")
    password    = env("ELASTICSEARCH_PASSWORD", "")
    api_key     = env("ELASTICSEARCH_API_KEY", "")
  }
}

pipeline "jenkins_log" {
  input "file" {
    paths = var.log_paths

    multiline {
      start_pattern = "^(?:\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d{4} |[A-Z][a-z]{2} \\d\\d, \\d{4} \\d{1,2}:\\d\\d:\\d\\d [AP]M )"
    }
  }

  # The password with which the first administrator logs in.
  filter "gsub" {
    fields      = ["message"]
    pattern     = "(?m)^[0-9a-f]{32}$"
    replacement = "REDACTED"
  }

  filter "set" {
    when   = var.original
    fields = { "event.original" = message }
  }

  filter "stack_trace" {}

  # The place of the record counts, not the exception's.
  filter "remove" {
    fields = ["log.origin"]
  }

  filter "grok" {
    when = matches(message, "^(?:\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d{4} |[A-Z][a-z]{2} \\d\\d, \\d{4} )")
    match = [
      "^(?<jenkins.time>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d{4}) \\[id=%{INT:process.thread.id:int}\\]\\t%{WORD:log.level}\\t%{JENKINS_PLACE}: ?%{JENKINS_TEXT}",
      "^(?<jenkins.time>\\w{3} \\d\\d, \\d{4} \\d{1,2}:\\d\\d:\\d\\d [AP]M) %{NOTSPACE:log.logger}(?: %{NOTSPACE:log.origin.function})?\\n%{WORD:log.level}: ?%{JENKINS_TEXT}",
    ]

    pattern_definitions = {
      JENKINS_PLACE = "(?<log.logger>[^#:\\s]+)(?:#(?<log.origin.function>[^:\\s]+))?"
      JENKINS_TEXT  = "(?<message>(?m:.*))"
    }

    overwrite = ["message"]
  }

  filter "date" {
    when     = has(jenkins.time)
    field    = "jenkins.time"
    formats  = ["yyyy-MM-dd HH:mm:ss.SSSZ", "MMM dd, yyyy h:mm:ss a"]
    timezone = var.timezone
  }

  filter "set" {
    fields = {
      "event.kind"     = "event"
      "event.category" = ["process"]
      "event.type"     = ["info"]
      "event.module"   = "jenkins"
    }
  }

  filter "set" {
    when   = has(error.stack_trace) || log.level == "SEVERE"
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

test "a build" {
  pipeline = "jenkins_access"
  line     = "8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/view/all/job/shop/job/main/42/console HTTP/1.1\" 200 5120"
  expect = {
    "source.ip"                 = "8.8.8.8"
    "http.response.status_code" = 200
    "event.module"              = "jenkins"
    "event.outcome"             = "success"
    "jenkins.job"               = "shop/main"
    "jenkins.build"             = 42
    "jenkins.request"           = "build"
  }
  absent = ["jenkins.path", "tags", "message"]
}

test "what requests are for" {
  pipeline = "jenkins_access"
  lines = [
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/ HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/job/shop/ HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"POST /jenkins/job/shop/build?token=x HTTP/1.1\" 201 -",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/job/shop/lastBuild/artifact/shop.war HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/job/shop/42/api/json?tree=result HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"POST /jenkins/job/shop/buildHistory/ajax HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/static/f0c5e1a2/css/style.css HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"POST /jenkins/j_spring_security_check HTTP/1.1\" 302 -",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"POST /jenkins/github-webhook/ HTTP/1.1\" 200 -",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/computer/node1/ HTTP/1.1\" 200 1",
    "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenkins/manage/ HTTP/1.1\" 200 1",
  ]
  expect = [
    { "jenkins.request" = "page" },
    { "jenkins.request" = "job", "jenkins.job" = "shop" },
    { "jenkins.request" = "trigger", "jenkins.job" = "shop" },
    { "jenkins.request" = "build", "jenkins.job" = "shop" },
    { "jenkins.request" = "api", "jenkins.job" = "shop", "jenkins.build" = 42 },
    { "jenkins.request" = "poll", "jenkins.job" = "shop" },
    { "jenkins.request" = "static" },
    { "jenkins.request" = "login" },
    { "jenkins.request" = "webhook" },
    { "jenkins.request" = "agent" },
    { "jenkins.request" = "manage" },
  ]
  absent = ["tags", "jenkins.path"]
}

test "another application of the Tomcat" {
  pipeline = "jenkins_access"
  line     = "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /shop/job/1/ HTTP/1.1\" 200 1"
  absent   = ["jenkins", "tags"]
}

test "a line cut in half" {
  pipeline = "jenkins_access"
  line     = "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenk"
  expect   = { "message" = "::1 - - [26/Apr/2018:01:28:08 +0900] \"GET /jenk" }
  tags     = ["_logformatparsefailure"]
}

test "a record" {
  pipeline = "jenkins_log"
  line     = "2026-01-01 12:00:00.250+0900 [id=23]\tINFO\thudson.WebAppMain$3#run: Jenkins is fully up and running"
  expect = {
    "@timestamp"          = "2026-01-01T03:00:00.250Z"
    "process.thread.id"   = 23
    "log.level"           = "INFO"
    "log.logger"          = "hudson.WebAppMain$3"
    "log.origin.function" = "run"
    "message"             = "Jenkins is fully up and running"
    "event.type"          = ["info"]
  }
  absent = ["tags", "error", "jenkins"]
}

test "an exception with its cause, as Jenkins prints them" {
  pipeline = "jenkins_log"
  line     = "2026-01-01 12:00:00.250+0900 [id=23]\tWARNING\to.j.p.workflow.Run#save: cannot save\njava.nio.file.NoSuchFileException: /x\n\tat java.base/sun.nio.fs.UnixException.translate(UnixException.java:92)\nCaused: java.io.IOException: shop #42\n\tat hudson.model.Run.save(Run.java:2019)"
  expect = {
    "log.level"           = "WARNING"
    "log.origin.function" = "save"
    "message"             = "cannot save"
    "error.type"          = "java.io.IOException"
    "error.message"       = "shop #42"
    "event.type"          = ["error"]
  }
  absent = ["tags", "log.origin.file"]
}

test "the older format of two lines" {
  pipeline = "jenkins_log"
  line     = "Jan 01, 2026 2:00:00 PM hudson.triggers.SafeTimerTask run\nSEVERE: Timer task failed\njava.lang.NullPointerException\n\tat hudson.model.Queue.maintain(Queue.java:1554)"
  expect = {
    "log.level"           = "SEVERE"
    "log.logger"          = "hudson.triggers.SafeTimerTask"
    "log.origin.function" = "run"
    "message"             = "Timer task failed"
    "error.type"          = "java.lang.NullPointerException"
    "event.type"          = ["error"]
  }
  absent = ["tags", "jenkins"]
}

test "the first password is no document's business" {
  pipeline = "jenkins_log"
  line     = "2026-01-01 12:00:00.250+0900 [id=47]\tINFO\tjenkins.install.SetupWizard#init: \n\n*****\nPlease use the following password to proceed to installation:\n\n0123456789abcdef0123456789abcdef\n\n*****"
  expect   = { "message" = "\n\n*****\nPlease use the following password to proceed to installation:\n\nREDACTED\n\n*****" }
}

test "what comes before the first record" {
  pipeline = "jenkins_log"
  line     = "Running from: /usr/share/java/jenkins.war"
  expect   = { "message" = "Running from: /usr/share/java/jenkins.war", "event.type" = ["info"] }
  absent   = ["tags", "error"]
}
