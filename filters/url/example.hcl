pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{NOTSPACE:url.original}$"]
  }

  filter "url" {
    query_params = ["q"]
  }

  output "stdout" {}
}

test "the target of a request" {
  line = "/%ED%95%9C%EA%B8%80/a.html?q=1&page=2"
  expect = {
    "url.original"  = "/%ED%95%9C%EA%B8%80/a.html?q=1&page=2"
    "url.path"      = "/한글/a.html"
    "url.extension" = "html"
    "url.query"     = "q=1&page=2"
    "url.params.q"  = "1"
  }
}
