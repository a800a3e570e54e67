package sigv4

import "net/url"

// queryParameters are those a presigned request must have, in AWS's order.
var queryParameters = [...]string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}

// reexamine ends what is said of a query.
const reexamine = "Re-examine the query-string parameters."

// parseQuery reads the credentials of a presigned request. What is missing is
// told before what is wrong.
func parseQuery(query url.Values) (Credentials, error) {
	var missing, odd string
	for _, name := range queryParameters {
		if query.Get(name) == "" {
			missing += "AWS query-string parameters must include '" + name + "'. "
		}
		if len(query[name]) > 1 {
			odd = "AWS query-string parameters must include '" + name + "' once. "
		}
	}
	for _, name := range [...]string{"X-Amz-Security-Token", "X-Amz-Expires"} {
		if len(query[name]) > 1 {
			odd = "AWS query-string parameters may include '" + name + "' once. "
		}
	}
	if query.Get("X-Amz-Algorithm") != Algorithm {
		odd = "AWS query-string parameters require the algorithm '" + Algorithm + "'. "
	}
	if missing != "" {
		return Credentials{}, incomplete(missing + reexamine)
	}
	if odd != "" {
		return Credentials{}, incomplete(odd + reexamine)
	}
	c := Credentials{
		SignedHeaders: query.Get("X-Amz-SignedHeaders"),
		Signature:     query.Get("X-Amz-Signature"),
		Time:          query.Get("X-Amz-Date"),
		SessionToken:  query.Get("X-Amz-Security-Token"),
		Expires:       query.Get("X-Amz-Expires"),
		InQuery:       true,
	}
	return c, c.setScope(query.Get("X-Amz-Credential"))
}
