pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "tag" {
    when = strcontains(message, "timeout")
    add  = ["slow_client"]
  }

  output "stdout" {}
}

test "a condition" {
  line = "request timeout"
  tags = ["slow_client"]
}
