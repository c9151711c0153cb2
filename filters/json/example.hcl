pipeline "example" {
  input "file" {
    paths = ["/var/log/app.json"]
  }

  filter "json" {
    target = "app"
  }

  filter "rename" {
    fields = { "app.level" = "log.level", "app.msg" = "message" }
  }

  output "stdout" {}
}

test "a record" {
  line = "{\"level\":\"info\",\"msg\":\"it works\",\"took\":0.25,\"user\":{\"id\":7}}"
  expect = {
    "log.level"   = "info"
    "message"     = "it works"
    "app.took"    = 0.25
    "app.user.id" = 7
  }
}

test "text that is no JSON" {
  line   = "{\"level\":"
  expect = { "message" = "{\"level\":" }
  tags   = ["_jsonparsefailure"]
}
