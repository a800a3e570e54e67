package wire

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// exposed are the headers of an answer that web pages may read.
const exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date"

// cors sets the headers that let web pages of allowed origins read the answer.
// It reports whether the request is a preflight, which has its whole answer.
//
// With Options.AnyOrigin it is AWS's answer, a star. Unlike AWS, we name the origins
// we allow else: where any credentials are taken, every page that is open in a
// browser could read local streams otherwise.
func (x *exchange) cors() (preflight bool) {
	origin := x.r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	h := x.w.Header()
	preflight = x.r.Method == http.MethodOptions
	if x.mux.options.AnyOrigin {
		origin = "*"
	} else {
		h.Add("Vary", "Origin")
		if !x.mux.options.AllowOrigin(origin) {
			return preflight
		}
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if !preflight {
		h.Set("Access-Control-Expose-Headers", exposed)
		return false
	}
	echo(h, "Access-Control-Allow-Headers", x.r.Header.Get("Access-Control-Request-Headers"))
	echo(h, "Access-Control-Allow-Methods", x.r.Header.Get("Access-Control-Request-Method"))
	h.Set("Access-Control-Max-Age", "172800")
	return true
}

func echo(h http.Header, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// LoopbackOrigin reports whether origin is a page served by this machine.
func LoopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
