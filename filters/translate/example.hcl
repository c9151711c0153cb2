pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{INT:http.response.status_code:int}$"]
  }

  filter "translate" {
    field      = "http.response.status_code"
    target     = "event.reason"
    dictionary = { "408" = "Request Timeout", "499" = "Client Closed Request" }
  }

  filter "translate" {
    field      = "http.response.status_code"
    target     = "labels.class"
    regex      = true
    dictionary = { "^[23]" = "fine", "^4" = "theirs", "^5" = "ours" }
  }

  output "stdout" {}
}

test "a status with a reason of its own" {
  lines = ["408", "200"]
  expect = [
    { "event.reason" = "Request Timeout", "labels.class" = "theirs" },
    { "event.reason" = null, "labels.class" = "fine" },
  ]
}
