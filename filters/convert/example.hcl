pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "dissect" {
    mapping = "%{labels.took} %{labels.cached}"
  }

  filter "convert" {
    fields = {
      "labels.took"   = "float"
      "labels.cached" = "boolean"
    }
  }

  output "stdout" {}
}

test "types" {
  lines = ["0.25 yes", "soon yes"]
  expect = [
    { "labels.took" = 0.25, "labels.cached" = true },
    { "labels.took" = "soon", "tags" = ["_convertfailure"] },
  ]
}
