pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "grok" {
    match = ["^%{GREEDYDATA:user_agent.original}$"]
  }

  filter "user_agent" {}

  output "stdout" {}
}

test "a browser" {
  line = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/65.0.3325.181 Safari/537.36"
  expect = {
    "user_agent.name"    = "Chrome"
    "user_agent.version" = "65.0.3325.181"
    "user_agent.os.name" = "Windows"
  }
}
