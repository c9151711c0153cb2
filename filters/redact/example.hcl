pipeline "example" {
  input "file" {
    paths = ["/var/log/nginx/access.log"]
  }

  filter "redact" {
    fields = ["message"]
    params = ["token", "password"]
  }

  output "stdout" {}
}

test "secrets in a query string" {
  line   = "GET /login?user=me&password=x&TOKEN=y HTTP/1.1"
  expect = { "message" = "GET /login?user=me&password=REDACTED&TOKEN=REDACTED HTTP/1.1" }
}
