pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{DATA:source.address}$"]
  }

  filter "address" {
    list = "related.hosts"
  }

  output "stdout" {}
}

test "an address, a host name, a list" {
  lines = ["192.0.2.1", "example.com", "10.0.0.2, 10.0.0.1, 8.8.8.8"]
  expect = [
    { "source.ip" = "192.0.2.1" },
    { "source.domain" = "example.com", "source.ip" = null },
    { "source.ip" = "8.8.8.8", "source.address" = "8.8.8.8", "related.hosts" = ["10.0.0.2", "10.0.0.1", "8.8.8.8"] },
  ]
}
