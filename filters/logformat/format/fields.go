package format

import "time"

// Fields that directives of several servers fill.
const (
	methodField   = "http.request.method"
	urlField      = "url.original"
	versionField  = "http.version"
	durationField = "event.duration"
	sourceField   = "source.address"
	domainField   = "destination.domain"
	portField     = "destination.port"
	statusField   = "http.response.status_code"
	bodyField     = "http.response.body.bytes"
)

// maxDigits is what fits into 64 bits with any sign.
const maxDigits = 18

func text(path string) Field { return Field{Shape: Text, Meaning: String, Path: path} }
func word(path string) Field { return Field{Shape: Word, Meaning: String, Path: path} }
func integer(path string) Field {
	return Field{Shape: Number, Meaning: Int, Path: path}
}
func number(path string) Field { return Field{Shape: Decimal, Meaning: Float, Path: path} }

// localAddress is the address that the client spoke to.
func localAddress() Field { return Field{Shape: Word, Meaning: Address, Path: "destination.ip"} }

// duration is a number of units; among several the finest counts.
func duration(path string, unit time.Duration) Field {
	f := Field{Shape: Decimal, Meaning: Duration, Path: path, Unit: int64(unit), digits: maxDigits}
	for u := unit; u > 1; u /= 10 {
		f.digits--
		f.rank++
	}
	return f
}

// or says where a value goes when a directive of a lower rank has its field.
func (f Field) or(rank int, fallback string) Field {
	f.rank, f.fallback = rank, fallback
	return f
}

func clockField(m Meaning, c clock) Field { return Field{Shape: Clock, Meaning: m, clock: c} }

// requestHeader is the field of a header that the client sent.
func requestHeader(module, header string) Field {
	access := module + ".access."
	switch n := name(header); n {
	case "referer", "referrer":
		return text("http.request.referrer")
	case "user_agent":
		return text("user_agent.original")
	case "x_forwarded_for":
		return text(access + "forwarded_for")
	case "host":
		f := word(domainField).or(3, access+"request_headers.host")
		f.Meaning = HostPort
		return f
	case "x_request_id":
		return word("http.request.id").or(1, access+"request_headers."+n)
	case "content_length":
		return integer("http.request.body.bytes").or(1, access+"request_headers."+n)
	default:
		return text(access + "request_headers." + n)
	}
}

// responseHeader is the field of a header that the server sent.
func responseHeader(module, header string) Field {
	return text(module + ".access.response_headers." + name(header))
}

// tlsVariable is the field of one of mod_ssl's variables, by its name without
// SSL_.
func tlsVariable(module, variable string) Field {
	switch variable {
	case "protocol":
		f := text("tls.version")
		f.Meaning = Protocol
		return f
	case "cipher":
		return text("tls.cipher")
	case "tls_sni":
		return text("tls.client.server_name")
	case "client_s_dn":
		return text("tls.client.subject")
	case "client_i_dn":
		return text("tls.client.issuer")
	}
	return text(module + ".access.tls." + variable)
}
