pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{IP:source.ip}$"]
  }

  filter "geoip" {}

  output "stdout" {}
}

test "a country" {
  line = "223.130.195.200"
  expect = {
    "source.geo.country_iso_code" = "KR"
    "source.geo.country_name"     = "South Korea"
    "source.geo.continent_name"   = "Asia"
  }
}

test "an address of nobody in particular" {
  line   = "10.0.0.1"
  absent = ["source.geo"]
}
