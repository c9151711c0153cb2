pipeline "example" {
  input "file" {
    paths = ["/var/log/nginx/access.log"]
  }

  filter "grok" {
    match = ["^%{IP:source.ip} %{INT:http.response.status_code:int}$"]
  }

  filter "sample" {
    when = http.response.status_code < 400
    rate = 0.000001
    key  = "source.ip"
  }

  output "stdout" {}
}

test "errors stay" {
  line   = "192.0.2.1 500"
  expect = { "http.response.status_code" = 500 }
}

test "a page of a client that is not in the sample" {
  line    = "192.0.2.1 200"
  dropped = true
}
