pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "split" {
    field     = "message"
    separator = ","
    target    = "labels.parts"
  }

  output "stdout" {}
}

test "values between commas" {
  line   = "a, b,,c"
  expect = { "labels.parts" = ["a", "b", "c"] }
}
