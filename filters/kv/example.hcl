pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "kv" {
    exclude_keys = ["debug"]
  }

  filter "convert" {
    fields = { "labels.size" = "integer" }
  }

  output "stdout" {}
}

test "pairs among other text" {
  line = "saved user=kim size=5120 text=\"a b\" debug=1"
  expect = {
    "labels.user" = "kim"
    "labels.size" = 5120
    "labels.text" = "a b"
  }
  absent = ["labels.debug"]
}
