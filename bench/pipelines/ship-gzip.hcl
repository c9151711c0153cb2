# Reads, parses and ships the log, compressed.
variable "path" {
  description = "the arena's log"
}

variable "sink" {
  description = "address of the arena's sink"
}

pipeline "ship_gzip" {
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

  output "elasticsearch" {
    hosts       = [var.sink]
    data_stream = "logs-apache.access-default"
    compression_level = 1
  }
}
