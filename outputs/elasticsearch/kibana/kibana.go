// Package kibana imports saved objects, such as dashboards, into Kibana.
package kibana

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
)

// maxAnswer is how much of an answer is read.
const maxAnswer = 4 << 20

// Import loads saved objects in Kibana's export format (NDJSON) and replaces
// those that exist, so that it may be repeated. base is Kibana's URL with the
// path of a space if wanted, such as https://kibana:5601/s/ops. It returns how
// many objects were imported; the error names those that were not.
func Import(ctx context.Context, via http.RoundTripper, base string, objects []byte) (int, error) {
	target, err := url.JoinPath(base, "api/saved_objects/_import")
	if err != nil {
		return 0, fmt.Errorf("import saved objects into %s: %w", base, err)
	}
	body, contentType, err := form(objects)
	if err != nil {
		return 0, fmt.Errorf("import saved objects: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target+"?overwrite=true", body)
	if err != nil {
		return 0, fmt.Errorf("import saved objects into %s: %w", base, err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("kbn-xsrf", "naru") // Kibana refuses requests without it
	res, err := via.RoundTrip(req)
	if err != nil {
		return 0, fmt.Errorf("import saved objects into %s: %w", base, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return 0, fmt.Errorf("import saved objects into %s: read the answer: %w", base, err)
	}
	n, err := result(res.StatusCode, text)
	if err != nil {
		return n, fmt.Errorf("import saved objects into %s: %w", base, err)
	}
	return n, nil
}

// form wraps the objects as the file of a form, which is what the API takes.
func form(objects []byte) (io.Reader, string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", "naru.ndjson")
	if err != nil {
		return nil, "", err
	}
	if _, err := file.Write(objects); err != nil {
		return nil, "", err
	}
	return &body, w.FormDataContentType(), w.Close()
}

// result reads an answer. One of status 200 can still report objects that were
// not imported.
func result(status int, text []byte) (int, error) {
	var answer struct {
		Success      bool
		SuccessCount int
		Message      string
		Errors       []struct {
			ID, Type string
			Error    struct{ Type, Message string }
		}
	}
	err := json.Unmarshal(text, &answer)
	switch {
	case status == http.StatusUnauthorized:
		return 0, fmt.Errorf("access refused (401): check the user and password: %s", answer.Message)
	case status != http.StatusOK && err == nil && answer.Message != "":
		return 0, fmt.Errorf("HTTP status %d: %s", status, answer.Message)
	case status != http.StatusOK || err != nil:
		return 0, fmt.Errorf("HTTP status %d: the answer is not Kibana's: check its URL: %.200q", status, text)
	}
	var failed []error
	for _, e := range answer.Errors {
		failed = append(failed, fmt.Errorf("%s %s: %s %s", e.Type, e.ID, e.Error.Type, e.Error.Message))
	}
	if !answer.Success && len(failed) == 0 {
		failed = append(failed, errors.New("no success is reported, and no reason"))
	}
	return answer.SuccessCount, errors.Join(failed...)
}
