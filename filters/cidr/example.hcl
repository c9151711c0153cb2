pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{IP:source.ip}$"]
  }

  filter "cidr" {
    networks = {
      office = ["192.0.2.0/24", "2001:db8:1::/48"]
      vpn    = ["192.0.2.128/25"]
    }
  }

  output "stdout" {}
}

test "the narrowest network counts" {
  lines = ["192.0.2.1", "192.0.2.200", "198.51.100.1"]
  expect = [
    { "network.name" = "office" },
    { "network.name" = "vpn" },
    { "network.name" = null },
  ]
}
