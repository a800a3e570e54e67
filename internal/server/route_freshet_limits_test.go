package server

import (
	"testing"

	"github.com/freshet/freshet/internal/extapi"
)

func TestLimitsPages(t *testing.T) {
	e := extended(t)
	e.must("CreateStream", `{"StreamName":"orders","ShardCount":1}`)
	const account, orders = extapi.LimitsPath, extapi.StreamsPath + "/orders/limits"
	f := func(want, method, path, body string) { t.Helper(); e.want(200, want, method, path, body) }
	f(`{"profile":"relaxed","from":"server"}`, "GET", account, "")
	f(`{"profile":"relaxed","from":"server"}`, "GET", orders, "")
	f(`{"profile":"aws","from":"account"}`, "PUT", account, `{"profile":"aws"}`)
	f(`{"profile":"aws","from":"account"}`, "GET", orders, "")
	f(`{"profile":"relaxed","from":"server"}`, "GET", account+"?account=123456789012", "")
	f(`{"profile":"relaxed","from":"server"}`, "GET", account+"?region=eu-west-1", "")
	f(`{"profile":"relaxed write_bytes=2MiB/s","from":"stream"}`, "PUT", orders, `{"profile":"relaxed  write_bytes=2048KiB/s"}`)
	f(`"freshet:limits":"relaxed write_bytes=2MiB/s"`, "GET", extapi.StreamsPath+"/orders", "")
	f(`{"profile":"aws","from":"account"}`, "GET", account, "")
	f(`{"profile":"aws","from":"account"}`, "PUT", orders, `{"profile":""}`)
	f(`{"profile":"relaxed","from":"server"}`, "PUT", account, `{"profile":""}`)
	f(`{"profile":"relaxed","from":"server"}`, "GET", orders, "")

	e.want(400, "profile: \\\"strict\\\": must be relaxed or aws", "PUT", account, `{"profile":"strict"}`)
	e.want(400, "must be relaxed or aws", "PUT", orders, `{"profile":"strict"}`)
	e.want(400, "must say a profile", "PUT", orders, `{}`)
	e.want(400, "must say a profile", "PUT", account, ``)
	e.want(404, "ResourceNotFoundException", "GET", extapi.StreamsPath+"/parcels/limits", "")
	e.want(404, "ResourceNotFoundException", "PUT", extapi.StreamsPath+"/parcels/limits", `{"profile":"aws"}`)
}
