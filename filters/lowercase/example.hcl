pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "lowercase" {
    fields = ["message"]
  }

  output "stdout" {}
}

test "letters" {
  line   = "GET /Index.HTML"
  expect = { "message" = "get /index.html" }
}
