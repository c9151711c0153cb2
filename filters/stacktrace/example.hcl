pipeline "example" {
  input "file" {
    paths = ["/var/log/app.log"]

    multiline {
      start_pattern = "^\\[\\d{4}-"
    }
  }

  filter "stack_trace" {}

  output "stdout" {}
}

test "an exception of Python" {
  line = "[2026-01-01 12:00:00,000] ERROR in shop: cannot pay\nTraceback (most recent call last):\n  File \"/srv/shop.py\", line 22, in pay\n    raise RuntimeError(\"order 7\")\nRuntimeError: order 7"
  expect = {
    "message"              = "[2026-01-01 12:00:00,000] ERROR in shop: cannot pay"
    "error.type"           = "RuntimeError"
    "error.message"        = "order 7"
    "log.origin.file.name" = "/srv/shop.py"
    "log.origin.file.line" = 22
    "log.origin.function"  = "pay"
  }
}

test "nothing of the kind" {
  line   = "[2026-01-01 12:00:00,000] INFO in shop: paid"
  expect = { "message" = "[2026-01-01 12:00:00,000] INFO in shop: paid" }
  absent = ["error"]
}
