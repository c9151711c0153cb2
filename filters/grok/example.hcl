pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{IP:source.ip} %{ORDER:labels.order} %{INT:event.duration:long}$"]

    pattern_definitions = {
      ORDER = "[A-Z]{2}-\\d+"
    }
  }

  output "stdout" {}
}

test "a line that matches" {
  line = "192.0.2.1 KR-17 5120"
  expect = {
    "source.ip"      = "192.0.2.1"
    "labels.order"   = "KR-17"
    "event.duration" = 5120
  }
  absent = ["message"]
}

test "a line that does not" {
  line   = "something else"
  expect = { "message" = "something else" }
  tags   = ["_grokparsefailure"]
}
