//go:build servers

package e2e

// uwsgiCorpus makes the built-in pipeline uwsgi produce every field that it can
// without a log-format.
func uwsgiCorpus() []string {
	return []string{
		`shop.example.com:8080 {address space usage: 98742272 bytes/94MB} {rss usage: 33214464 bytes/31MB} [pid: 9|app: 0|req: 1/5] 8.8.8.8 (minji) {30 vars in 369 bytes} [Sun Nov  1 01:02:03 2026] GET /logo.png?size=2 => generated 4096 bytes in 312 micros via sendfile() (HTTP/2.0 200) 3 headers in 123 bytes (0 switches on core 3)`,
		`monitoring [pid: 9|app: 0|req: 2/6] monitoring-server () {8 vars in 76 bytes} [Thu Nov 26 17:57:31 2026]   => generated 0 bytes in 1 msecs ( 500) 0 headers in 0 bytes (0 switches on core 0)`,
		exception,
		`*** WARNING: you are running uWSGI as root !!! (use the --uid flag) ***`,
		`[pid: 9|app: 0|req: 3/7] 8.8.8.8 () {8 vars in 76 bytes} [Thu N`,
	}
}

// flaskCorpus is the same for the pipeline flask.
func flaskCorpus() []string {
	return []string{
		`8.8.8.8 - - [26/Nov/2026 18:29:42] "GET /fail?order=7 HTTP/1.1" 500 -`,
		`127.0.0.1 - - [26/Nov/2026 18:29:42] "garbage" 400 -`,
		exception,
		` * Running on http://127.0.0.1:5000`,
	}
}

// jenkinsCorpus is the same for the pipeline jenkins_access.
func jenkinsCorpus() []string {
	return []string{
		`8.8.8.8 - minji [26/Apr/2018:01:28:08 +0900] "GET /jenkins/job/shop/42/console HTTP/1.1" 200 5120`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "null null null" 400 762`,
		`8.8.8.8 - - [26/Apr/2018:01:28:08 +0900] "-" 408 -`,
	}
}

// jenkinsLogCorpus is the same for the pipeline jenkins_log.
func jenkinsLogCorpus() []string {
	return []string{
		"2026-01-01 12:00:00.250+0900 [id=23]\tWARNING\thudson.model.Run#save: cannot save\njava.io.IOException: shop #42\n\tat hudson.model.Run.save(Run.java:2019)",
		"Jan 01, 2026 2:00:00 PM hudson.triggers.SafeTimerTask run\nSEVERE: Timer task failed",
	}
}

const exception = `[2026-11-26 17:57:31,269] ERROR in app: Exception on /fail [GET]
Traceback (most recent call last):
  File "/srv/app.py", line 22, in fail
    raise RuntimeError("order 7 cannot be paid")
RuntimeError: order 7 cannot be paid`
