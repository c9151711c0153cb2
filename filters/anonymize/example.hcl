pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{NOTSPACE:source.ip} %{WORD:user.name}$"]
  }

  filter "anonymize" {
    fields = ["source.ip"]
  }

  filter "anonymize" {
    fields = ["user.name"]
    method = "hash"
    key    = env("NARU_ANONYMIZE_KEY", "a key for this example")
  }

  output "stdout" {}
}

test "an address and a name" {
  line = "192.0.2.17 kim"
  expect = {
    "source.ip" = "192.0.2.0"
    "user.name" = "e44d41448c1f35ae4715facb0262d4a9"
  }
}
