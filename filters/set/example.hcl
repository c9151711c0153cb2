pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{INT:http.response.status_code:int} %{NOTSPACE:url.original}$"]
  }

  filter "set" {
    fields = {
      "url.full"      = "https://example.com${url.original}"
      "event.outcome" = http.response.status_code < 400 ? "success" : "failure"
    }
  }

  output "stdout" {}
}

test "out of other fields" {
  line = "408 /cart"
  expect = {
    "url.full"      = "https://example.com/cart"
    "event.outcome" = "failure"
  }
}
