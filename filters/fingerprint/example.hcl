pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]
  }

  filter "fingerprint" {
    fields = ["message"]
    target = "event.hash"
  }

  output "stdout" {}
}

test "the hash of a line" {
  line   = "abc"
  expect = { "event.hash" = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" }
}
