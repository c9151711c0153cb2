pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "dissect" {
    mapping = "%{user.name} %{user.id} %{labels.kind}"
  }

  filter "remove" {
    fields = ["user"]
  }

  output "stdout" {}
}

test "an object with all that it holds" {
  line   = "kim 7 x"
  expect = { "labels.kind" = "x" }
  absent = ["user"]
}
