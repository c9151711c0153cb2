# Reads, parses and ships the log with the place of each client.
variable "path" {
  description = "the arena's log"
}

variable "sink" {
  description = "address of the arena's sink"
}

variable "database" {
  description = "a database of the GeoLite2 City shape"
}

pipeline "geoip" {
  input "file" {
    paths = [var.path]
  }

  filter "grok" {
    match = ["%{HTTPD_COMMONLOG} %{INT:event.duration:long} \"(?:-|%{DATA:http.request.referrer})\" \"(?:-|%{DATA:user_agent.original})\""]
  }

  filter "date" {
    field   = "timestamp"
    formats = ["dd/MMM/yyyy:HH:mm:ss Z"]
  }

  filter "url" {}

  # %D is in microseconds
  filter "set" {
    when   = has(event.duration)
    fields = { "event.duration" = event.duration * 1000 }
  }

  filter "address" {}

  filter "geoip" {
    database = var.database
  }

  output "elasticsearch" {
    hosts       = [var.sink]
    data_stream = "logs-apache.access-default"
  }
}
