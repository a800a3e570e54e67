package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// transcoding lets AWS's Go client, which writes JSON, speak CBOR as the Java and the
// JavaScript clients do. The signature of the body is no longer right then, which
// the server that the tests start does not look at.
type transcoding struct{ http.RoundTripper }

func (tr transcoding) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	in, err := decodeJSON(body)
	if err != nil {
		return nil, err
	}
	body = encodeCBOR(typed("", in))
	req = req.Clone(req.Context())
	req.Header.Set("Content-Type", asCBOR.contentType)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res, err := tr.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(res.Body); err != nil {
		return nil, err
	}
	if len(body) > 0 {
		out, err := decodeCBOR(body)
		if err != nil {
			return nil, err
		}
		if body, err = json.Marshal(plain(out)); err != nil {
			return nil, err
		}
	}
	res.Header.Set("Content-Type", asJSON.contentType)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return res, nil
}

// typed gives the value of a member that was read from JSON the type that CBOR has
// for it: bytes, instants and integers.
func typed(member string, v any) any {
	switch v := v.(type) {
	case object:
		o := object{}
		for name, m := range v {
			o[name] = typed(name, m)
		}
		return o
	case list:
		l := make(list, len(v))
		for i, e := range v {
			l[i] = typed(member, e)
		}
		return l
	case string:
		if member == "Data" {
			b, err := base64.StdEncoding.DecodeString(v)
			if err == nil {
				return b
			}
		}
	case json.Number:
		if member == "Timestamp" {
			seconds, _ := v.Float64()
			return time.UnixMilli(int64(seconds*1000 + 0.5))
		}
		n, err := strconv.ParseInt(v.String(), 10, 64)
		if err == nil {
			return n
		}
	}
	return v
}
