pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "date" {
    field       = "message"
    formats     = ["dd/MMM/yyyy:HH:mm:ss Z", "ISO8601", "UNIX"]
    timezone    = "Asia/Seoul"
    keep_source = true
  }

  output "stdout" {}
}

test "the same moment, four times" {
  lines = ["26/Apr/2018:01:28:08 +0900", "2018-04-26 01:28:08", "2018-04-25T16:28:08Z", "1524673688"]
  expect = [
    { "@timestamp" = "2018-04-25T16:28:08.000Z" },
    { "@timestamp" = "2018-04-25T16:28:08.000Z" },
    { "@timestamp" = "2018-04-25T16:28:08.000Z" },
    { "@timestamp" = "2018-04-25T16:28:08.000Z" },
  ]
}
