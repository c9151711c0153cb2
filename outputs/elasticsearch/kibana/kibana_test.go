package kibana

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestImport(t *testing.T) {
	const objects = `{"type":"dashboard","id":"a"}` + "\n"
	tests := []struct {
		name   string
		status int
		answer string
		count  int
		err    string // part of the error, "" for none
	}{
		{"all", 200, `{"success":true,"successCount":3}`, 3, ""},
		{"some", 200, `{"success":false,"successCount":1,"errors":[{"id":"x","type":"lens","error":{"type":"missing_references"}}]}`, 1, "lens x: missing_references"},
		{"no reason", 200, `{"success":false}`, 0, "no reason"},
		{"wrong password", 401, `{"statusCode":401,"error":"Unauthorized","message":"unable to authenticate"}`, 0, "check the user"},
		{"refused", 400, `{"statusCode":400,"message":"Request must contain a kbn-xsrf header."}`, 0, "kbn-xsrf"},
		{"not Kibana", 502, `<html>`, 0, "check its URL"},
		{"not JSON", 200, `<html>`, 0, "not Kibana's"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				f, _, err := r.FormFile("file")
				if err != nil {
					t.Error(err)
					return
				}
				if text, _ := io.ReadAll(f); string(text) != objects {
					t.Errorf("file is %q", text)
				}
				if got := r.Method + " " + r.URL.String(); got != "POST /s/ops/api/saved_objects/_import?overwrite=true" || r.Header.Get("kbn-xsrf") == "" {
					t.Errorf("request %s, headers %v", got, r.Header)
				}
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.answer)
			}))
			defer s.Close()
			n, err := Import(t.Context(), s.Client().Transport, s.URL+"/s/ops", []byte(objects))
			if n != tt.count || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Import = %d, %v; want %d, %q", n, err, tt.count, tt.err)
			}
		})
	}
	if _, err := Import(t.Context(), http.DefaultTransport, "http://127.0.0.1:1", nil); err == nil {
		t.Error("no error without a server")
	}
}
