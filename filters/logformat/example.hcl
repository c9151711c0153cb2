pipeline "example" {
  input "file" {
    paths = ["/var/log/apache2/access.log"]
  }

  filter "log_format" {
    apache = "%h %l %u %t \"%r\" %>s %b %D %k %X \"%{Referer}i\" \"%{User-Agent}i\""
  }

  output "stdout" {}
}

test "a request" {
  line = "192.0.2.7 - minji [26/Apr/2018:01:28:08 +0900] \"GET /list.jsp?page=2 HTTP/1.1\" 200 5120 81234 3 + \"-\" \"\\\"\\xeb\\x82\\x98\\xeb\\xa3\\xa8\\\" 1.0\""
  expect = {
    "@timestamp"                       = "2018-04-25T16:28:08.000Z"
    "source.address"                   = "192.0.2.7"
    "user.name"                        = "minji"
    "http.request.method"              = "GET"
    "url.original"                     = "/list.jsp?page=2"
    "http.version"                     = "1.1"
    "http.response.status_code"        = 200
    "http.response.body.bytes"         = 5120
    "event.duration"                   = 81234000
    "apache.access.keepalive_requests" = 3
    "apache.access.connection_status"  = "keep-alive"
    "user_agent.original"              = "\"나루\" 1.0"
  }
  absent = ["message", "http.request.referrer", "apache.access.user"]
}

test "a line of another format" {
  line = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" OK 5120"
  expect = {
    "message"       = "192.0.2.7 - - [26/Apr/2018:01:28:08 +0900] \"GET / HTTP/1.1\" OK 5120"
    "error.message" = "line does not fit the log format: %>s stopped at byte 60"
  }
  tags = ["_logformatparsefailure"]
}
