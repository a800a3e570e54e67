package house

// rule says what a room may import of this module. Names are folders from the
// root; one that ends in /* stands for the folders below it, at any depth, and
// the most exact rule for a room counts.
type rule struct {
	room string
	may  []string
	why  string
}

// Groups of rooms, so that the rules read like the plan.
var (
	closets   = []string{"internal/vfs", "internal/vfs/*", "internal/durable", "internal/redact"}
	contracts = []string{"internal/shardlog", "internal/meta", "internal/keys"}
	shapes    = []string{"internal/awsapi", "internal/awsapi/*"}
	ground    = join(contracts, closets)
	below     = join(ground, shapes, []string{"internal/limits", "internal/access", "internal/access/policy", "internal/extapi", "internal/change"})
)

// rules is section 1 of the plan, from the ground up.
var rules = []rule{
	{"internal/vfs", nil, "the seam to the disk knows nothing of what is kept there"},
	{"internal/vfs/*", closets, "file systems for tests know the seam alone, so that every engine may use them"},
	{"internal/durable", closets, "a closet knows nothing of us"},
	{"internal/redact", nil, "a closet knows nothing of us"},
	{"internal/change", nil, "an operation says what it altered without knowing who listens"},
	{"internal/series", nil, "a table and a drawing know nothing of what was measured"},

	{"internal/certificate", closets, "what a server shows is made without knowing what it serves"},

	{"internal/shardlog", closets, "a contract names no driver: drivers depend on it, not it on them"},
	{"internal/shardlog/*", join(closets, []string{"internal/shardlog", "internal/shardlog/*"}),
		"an engine keeps records and knows no stream, no metadata and no AWS"},
	{"internal/shardlog/soak", join(closets, []string{"internal/shardlog", "internal/shardlog/*", "internal/series"}),
		"a soak of the engine, and what it draws"},
	{"internal/meta", closets, "a contract names no driver"},
	{"internal/meta/*", join(closets, []string{"internal/meta", "internal/meta/*"}),
		"a store keeps documents and does not know what is in them"},

	{"internal/keys", []string{"internal/redact"}, "a contract names no driver, and keys are kept without knowing what they encrypt"},
	{"internal/keys/*", join(closets, []string{"internal/keys", "internal/keys/*"}), "a driver keeps keys and does not know what they encrypt"},

	{"internal/awsapi", nil, "descriptions of shapes stand on nothing"},
	{"internal/awsapi/*", []string{"internal/awsapi"}, "a service's shapes do not name another service's"},
	{"internal/access", []string{"internal/awsapi", "internal/access/policy", "internal/redact"}, "who may call is decided without knowing what is called"},
	{"internal/access/policy", nil, "the language of policies knows no service, no store and no HTTP, so that it can be judged by itself"},
	{"internal/limits", nil, "limits are data"},
	{"internal/extapi", nil, "shapes only: service, server, console and command share them"},

	{"internal/wire/*", []string{"internal/awsapi", "internal/wire/*"},
		"a codec serves every service, so it knows shapes and no service"},
	{"internal/wire/kinesiscodec", join(shapes, []string{"internal/wire/*"}),
		"the hot codecs know one service's types (docs/adr/0002), so that wire need not"},
	{"internal/wire", join(closets, []string{"internal/awsapi", "internal/access", "internal/limits", "internal/wire/*"}),
		"the door knows no service: server tells it the operations"},

	{"internal/audit", join(closets, shapes, []string{"internal/access", "internal/change"}),
		"what was asked is written down without knowing who does it: a call is described by its shapes"},
	{"internal/streams", below, "a service stands on contracts, never on a driver, on HTTP or on another service"},

	{"internal/webidentity", nil, "whether a token is good does not depend on what it is good for"},
	{"internal/identity", join(below, []string{"internal/access/*", "internal/webidentity"}), "a service; policies are read by the language they are written in"},

	{"internal/server", []string{"internal/*"}, "here everything is introduced to everything"},
	{".", []string{"internal/*"}, "the library is the server with a public face"},
	{"internal/config", join([]string{"."}, below), "settings become freshet.Options before anything opens"},
	{"cmd/freshet", []string{".", "internal/*"}, "commands look inside"},

	{"internal/bench", []string{"internal/bench/*"}, "the generator measures from outside, any endpoint"},
	{"internal/bench/*", []string{"internal/bench", "internal/bench/*"}, "the generator measures from outside, any endpoint"},
	{"internal/gen", []string{"internal/gen/*"}, "a generator must build while what it generates does not"},
	{"internal/gen/*", []string{"internal/gen/*"}, "a generator must build while what it generates does not"},
	{"internal/house", nil, "the tests of the plan read sources and run none"},
	{"conformance", []string{".", "e2e/process", "e2e/reshard"}, "black-box: nothing internal, so that the tests say what a client may rely on; the load of a reshard is one for both"},
	{"e2e", []string{"."}, "other people's programs against the server as it is shipped"},
	{"e2e/soak", []string{"e2e/*", "internal/series"}, "the server as it is shipped, and a drawing of what was measured"},
	{"e2e/keys", []string{"e2e/*", "internal/keys", "internal/keys/*"}, "the drivers of keys against the real keepers of keys"},
	{"e2e/*", []string{".", "e2e/*"}, "other people's programs against the server as it is shipped"},
	{"freshettest", []string{"."}, "a server for tests is the library with a clean-up"},
}

// forbidden overrides what a rule with /* would allow.
var forbidden = []struct{ importer, imported, why string }{
	{"internal/server", "internal/config", "the server is told its options, it reads no file"},
	{".", "internal/config", "the library is told its options, it reads no file"},
	{"internal/server", "internal/house", "tests of the plan are no part of the program"},
	{"internal/wire", "internal/wire/kinesiscodec", "wire knows no service; only server introduces the hot codecs"},
	{"internal/wire/awsjson", "internal/wire/kinesiscodec", "the generic codecs know no service"},
	{"internal/wire/awscbor", "internal/wire/kinesiscodec", "the generic codecs know no service"},
	{"internal/wire/sigv4", "internal/wire/kinesiscodec", "signatures know no service"},
	{"internal/shardlog/memlog", "internal/shardlog/disklog", "drivers do not know each other"},
	{"internal/shardlog/disklog", "internal/shardlog/memlog", "drivers do not know each other"},
	{"internal/meta/memmeta", "internal/meta/sqlitemeta", "drivers do not know each other"},
	{"internal/meta/sqlitemeta", "internal/meta/memmeta", "drivers do not know each other"},
	{"internal/keys/keyfile", "internal/keys/transit", "drivers do not know each other"},
	{"internal/keys/keyfile", "internal/keys/awskms", "drivers do not know each other"},
	{"internal/keys/transit", "internal/keys/keyfile", "drivers do not know each other"},
	{"internal/keys/transit", "internal/keys/awskms", "drivers do not know each other"},
	{"internal/keys/awskms", "internal/keys/keyfile", "drivers do not know each other"},
	{"internal/keys/awskms", "internal/keys/transit", "drivers do not know each other"},
}

// forTests says what the _test.go files of a room may import besides.
var forTests = []rule{
	{"internal/vfs", []string{"internal/vfs/*"}, "each file system passes the suite"},
	{"internal/shardlog/*", []string{"internal/shardlog/*"}, "each driver passes the suite"},
	{"internal/meta/*", []string{"internal/meta/*"}, "each driver passes the suite"},
	{"internal/keys", []string{"internal/keys/keyfile", "internal/keys/keystest"}, "a sealer is tested on the local driver"},
	{"internal/wire", join(shapes, []string{"internal/wire/*"}), "codecs and texts are tested on a real service's shapes"},
	{"internal/wire/*", join(shapes, []string{"internal/wire", "internal/wire/*"}), "codecs are tested on a real service's shapes, and against the validator"},
	{"internal/streams", []string{"internal/keys/keyfile", "internal/shardlog/memlog", "internal/meta/memmeta", "internal/shardlog/disklog", "internal/meta/sqlitemeta"},
		"operations are tested on the reference drivers"},
	{"internal/identity", []string{"internal/meta/memmeta", "internal/meta/sqlitemeta", "internal/keys", "internal/keys/*"},
		"operations are tested on both stores, and with real seals"},
	{"internal/awsapi/*", []string{"internal/awsapi/awsapitest"}, "every service's structures are held to their shapes alike"},
	{"internal/gen", shapes, "the generator's output is looked at"},
	{"internal/gen/*", shapes, "the generator's output is looked at"},
	{"internal/bench", []string{".", "internal/server"}, "the generator is tried on a server"},
	{"internal/config", []string{"."}, "what is read is compared with the options"},
}

// library says which rooms may import a module that is not ours, and what it
// saves us. Tests may import the libraries that say so.
var libraries = []struct {
	module string
	rooms  []string
	tests  []string
	why    string
}{
	{"github.com/alecthomas/kong", []string{"cmd/freshet"}, nil, "commands declared as structures"},
	{"modernc.org/sqlite", []string{"internal/meta/sqlitemeta"}, nil, "SQLite without cgo; only its driver may know it"},
	{"github.com/coreos/go-oidc/v3", []string{"internal/webidentity"}, nil, "discovery and keys of OpenID Connect, and signatures of their tokens"},
	{"github.com/prometheus/client_golang", []string{"internal/server"}, nil, "the metrics page; engines report events instead"},
	{"github.com/prometheus/client_model", []string{"internal/server"}, nil, "reading one's own metrics in tests"},
	{"github.com/segmentio/asm", []string{"internal/wire/*"}, nil, "base64 at memory speed"},
	{"github.com/klauspost/compress", []string{"internal/shardlog/disklog"}, nil, "blocks that are compressed at the speed of the disk"},
	{"golang.org/x/sync", []string{".", "internal/*", "cmd/freshet", "e2e/*"}, []string{"conformance"}, "errgroup: who starts a goroutine waits for it"},
	{"golang.org/x/sys", []string{"internal/vfs", "cmd/freshet"}, nil, "direct I/O, fdatasync, punching holes"},
	{"golang.org/x/net", []string{"internal/server", "internal/bench", "internal/bench/*"}, []string{"internal/wire", "conformance"}, "HTTP/2 frames"},
	{"go.yaml.in/yaml/v3", []string{"internal/config"}, []string{"internal/house"}, "the configuration file"},
	{"github.com/aws/aws-sdk-go-v2", []string{"cmd/freshet", "internal/keys/awskms", "freshettest", "e2e", "e2e/*"}, []string{"*"}, "AWS's own client"},
	{"github.com/aws/smithy-go", []string{"cmd/freshet", "internal/keys/awskms", "freshettest", "e2e", "e2e/*"}, []string{"*"}, "AWS's own client"},
	{"github.com/anishathalye/porcupine", []string{"internal/shardlog/shardlogtest"}, nil, "the search for an order that explains a history of calls"},
	{"pgregory.net/rapid", []string{"internal/meta/metatest", "internal/shardlog/shardlogtest", "internal/vfs/vfstest"}, []string{"*"}, "properties tried on generated input"},
}

// speakers are the rooms that may know HTTP, and why nothing else may: an
// operation is called with a typed input, so that it serves every protocol.
var speakers = []string{
	".", "cmd/freshet", "internal/wire", "internal/wire/*", "internal/server",
	"internal/bench", "internal/bench/*", "conformance", "e2e", "e2e/*", "freshettest",
	"internal/keys/transit", // a client of a Vault speaks HTTP to it, and serves none
	"internal/audit",        // as a client: one of its sinks is a URL
	"internal/webidentity",  // as a client: issuers are asked for their keys
}

// services are the rooms whose operations lie one to a file.
var services = []string{"internal/streams", "internal/identity"}

// noRooms are names that say nothing of what is inside.
var noRooms = []string{"util", "utils", "common", "types", "helpers", "misc", "base", "impl", "shared", "pkg", "lib"}

func join(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
