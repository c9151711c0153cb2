# Reads and parses the log and throws every event away.
variable "path" {
  description = "the arena's log"
}

pipeline "parse" {
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

  # nothing is shipped: this job measures what comes before
  filter "drop" {}

  output "stdout" {}
}
