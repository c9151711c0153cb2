pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "dissect" {
    mapping = "%{timestamp} %{+timestamp} %{log.level->} [%{process.thread.name}] %{message}"
  }

  filter "date" {
    field    = "timestamp"
    formats  = ["yyyy-MM-dd HH:mm:ss,SSS"]
    timezone = "Asia/Seoul"
  }

  output "stdout" {}
}

test "a line of an application" {
  line = "2018-04-26 01:28:08,123 INFO  [main] it works"
  expect = {
    "@timestamp"          = "2018-04-25T16:28:08.123Z"
    "log.level"           = "INFO"
    "process.thread.name" = "main"
    "message"             = "it works"
  }
}

test "another line" {
  line   = "something else"
  expect = { "message" = "something else" }
  tags   = ["_dissectfailure"]
}
