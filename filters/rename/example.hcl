pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "dissect" {
    mapping = "%{clientip} %{tomcat.user}"
  }

  filter "rename" {
    fields = {
      clientip      = "source.address"
      "tomcat.user" = "user.name"
    }
  }

  output "stdout" {}
}

test "two fields" {
  line = "192.0.2.1 kim"
  expect = {
    "source.address" = "192.0.2.1"
    "user.name"      = "kim"
  }
  absent = ["clientip", "tomcat"]
}
