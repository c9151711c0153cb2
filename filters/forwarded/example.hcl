pipeline "example" {
  input "file" {
    paths = ["/var/log/nginx/access.log"]
  }

  filter "grok" {
    match = ["^%{IP:source.ip} \"%{DATA:forwarded_for}\"$"]
  }

  filter "forwarded" {
    field           = "forwarded_for"
    trusted_proxies = ["10.0.0.0/8"]
  }

  filter "remove" {
    fields = ["forwarded_for"]
  }

  output "stdout" {}
}

test "behind two proxies, with a forged entry" {
  line = "10.0.0.1 \"1.1.1.1, 8.8.8.8, 10.0.0.2\""
  expect = {
    "client.ip"            = "8.8.8.8"
    "source.ip"            = "10.0.0.1"
    "network.forwarded_ip" = "8.8.8.8"
  }
}

test "a client that is no proxy" {
  line   = "9.9.9.9 \"8.8.8.8\""
  expect = { "client.ip" = "9.9.9.9" }
  absent = ["network.forwarded_ip"]
}
