package server

import "testing"

func TestHosts(t *testing.T) {
	h := newHosts([]string{"kinesis.example.com", "*.svc.cluster.local"})
	f := func(host string, want bool) {
		t.Helper()
		if h.allow(host) != want {
			t.Errorf("allow(%q) = %v", host, !want)
		}
	}
	f("localhost", true)
	f("localhost:4566", true)
	f("LOCALHOST:4566", true)
	f("127.0.0.1:4566", true)
	f("10.1.2.3", true)
	f("[::1]:4566", true)
	f("[::1]", true)
	f("kinesis.localhost:4566", true)
	f("host.docker.internal:4566", true)
	f("freshet:4566", true) // a container's name
	f("", true)             // HTTP/1.0
	f("kinesis.example.com:4566", true)
	f("Kinesis.Example.com.:4566", true)
	f("freshet.default.svc.cluster.local", true)

	f("example.com", false)
	f("evil.example:4566", false)
	f("localhost.evil.example", false)
	f("127.0.0.1.evil.example:4566", false)
	f("evil-svc.cluster.local.example", false)
	f("xlocalhost.evil", false)
	f("a:b:c.example", false)
}
