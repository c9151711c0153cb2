# Access logs of Tomcat's AccessLogValve, by the pattern of the valve. With a
# pattern that is not the default:
# --var 'format=%h %l %u %t "%r" %s %b %D "%{User-Agent}i"'

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

variable "data_stream" {
  description = "data stream that takes the documents"
  default     = "logs-tomcat.access-default"
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

test "a page" {
  line = "8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] \"GET /board/list.jsp?page=2 HTTP/1.1\" 200 5120"
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
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"-\" 408 -"
  expect = { "http.response.status_code" = 408, "event.reason" = "request timeout", "event.outcome" = "failure" }
  absent = ["url", "http.request"]
}

test "garbage instead of a request" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"null null null\" 400 762"
  expect = { "http.response.status_code" = 400, "tomcat.access.request" = "null null null" }
  absent = ["url.original", "tags"]
}

test "a line cut in half" {
  line   = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht"
  expect = { "message" = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET /index.ht" }
  tags   = ["_logformatparsefailure"]
}
