pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "throttle" {
    keys   = ["message"]
    limit  = 100
    period = "1m"
    drop   = true
  }

  output "stdout" {}
}

test "the first of its kind" {
  line   = "disk is full"
  expect = { "message" = "disk is full" }
}
