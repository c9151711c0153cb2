pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "drop" {
    when = startswith(message, "GET /health")
  }

  output "stdout" {}
}

test "a health check" {
  line    = "GET /health"
  dropped = true
}
