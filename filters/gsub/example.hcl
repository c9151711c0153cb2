pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{NOTSPACE:url.path}$"]
  }

  filter "gsub" {
    fields      = ["url.path"]
    pattern     = "/([a-z]+)/[0-9]+"
    replacement = "/\\1/{id}"
  }

  output "stdout" {}
}

test "numbers become a placeholder" {
  line   = "/user/12/item/345"
  expect = { "url.path" = "/user/{id}/item/{id}" }
}
