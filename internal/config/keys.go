package config

import (
	"log/slog"

	freshet "github.com/freshet/freshet"
)

// Settings is everything that can be configured.
type Settings struct {
	Server freshet.Options
	Log    Log
}

// Log says how the command logs.
type Log struct {
	Level  slog.Level
	Format string // text or json
}

// Defaults returns the settings of an empty configuration.
func Defaults() Settings {
	s := Settings{Server: freshet.DefaultOptions(), Log: Log{Level: slog.LevelInfo, Format: "text"}}
	s.Server.Logger = nil // the command makes it of Log
	return s
}

// key is one thing that can be configured: section.key in the file,
// FRESHET_SECTION_KEY in the environment.
type key struct {
	name  string
	value value
}

// SetListen sets server.listen to what a flag says. The error is the rule that
// was broken.
func (s *Settings) SetListen(listen string) error { return address{&s.Server.Listen}.set(listen) }

// SetDurability sets data.durability to what a flag says, in the same way.
func (s *Settings) SetDurability(mode string) error {
	return durability{&s.Server.Durability}.set(mode)
}

// SetTLS sets server.tls to what a flag says, in the same way.
func (s *Settings) SetTLS(mode string) error {
	return choice{(*string)(&s.Server.TLS), []string{"on", "off"}}.set(mode)
}

// SetPlaintext sets server.plaintext to what a flag says, in the same way.
func (s *Settings) SetPlaintext(mode string) error {
	return choice{(*string)(&s.Server.Plaintext), []string{"refuse", "allow"}}.set(mode)
}

// SetAccount sets identity.account to what a flag says, in the same way.
func (s *Settings) SetAccount(id string) error { return accountID{&s.Server.Account}.set(id) }

// SetLimits sets limits.profile to what a flag says, in the same way.
func (s *Settings) SetLimits(text string) error { return profile{&s.Server.Limits}.set(text) }

// former are keys that are no more, and what says the same now.
var former = map[string]string{
	"data.memory": "durability: memory in section data (FRESHET_DATA_DURABILITY=memory)",
}

// elsewhere are names that other servers have for keys of ours, and that no
// counting of letters leads from.
var elsewhere = map[string]string{
	"server.port":    "server.listen",
	"server.address": "server.listen",
	"server.ssl":     "server.tls",
}

// keys is the table of all keys, bound to s, in the order of freshet.yaml.
func (s *Settings) keys() []key {
	o := &s.Server
	return []key{
		{"server.listen", address{&o.Listen}},
		{"server.insecure_open", boolean{&o.InsecureOpen}},
		{"server.allowed_hosts", list{&o.AllowedHosts}},
		{"server.allowed_origins", list{&o.AllowedOrigins}},
		{"server.api_token", secret{&o.APIToken}},
		{"server.tls", choice{(*string)(&o.TLS), []string{"on", "off"}}},
		{"server.tls_cert", file{&o.TLSCert}},
		{"server.tls_key", file{&o.TLSKey}},
		{"server.plaintext", choice{(*string)(&o.Plaintext), []string{"refuse", "allow"}}},
		{"server.trusted_proxies", networks{&o.TrustedProxies}},
		{"server.metrics_token", hidden{&o.MetricsToken}},
		{"server.header_timeout", duration{&o.HeaderTimeout, positive}},
		{"server.body_grace", duration{&o.BodyGrace, positive}},
		{"server.idle_timeout", duration{&o.IdleTimeout, positive}},
		{"server.max_header_bytes", size[int]{&o.MaxHeaderBytes, 4 << 10}},
		{"server.max_connections", count{&o.MaxConnections}},
		{"server.max_connections_per_address", count{&o.MaxConnectionsPerAddress}},
		{"server.max_requests_per_key", count{&o.MaxRequestsPerKey}},
		{"server.body_budget", size[int64]{&o.BodyBudget, 16 << 20}},
		{"server.grace", duration{&o.Grace, positive}},

		{"identity.account", accountID{&o.Account}},
		{"identity.regions", list{&o.Regions}},
		{"identity.unsigned_payload", boolean{&o.UnsignedPayload}},
		{"identity.issuers", issuers{&o.Issuers}},

		{"data.dir", text{&o.DataDir}},
		{"data.durability", durability{&o.Durability}},

		{"encryption.provider", choice{(*string)(&o.Encryption.Provider), []string{"file", "transit", "aws-kms"}}},
		{"encryption.default_key", keyName{&o.Encryption.DefaultKey}},
		{"encryption.keyring", file{&o.Encryption.Keyring}},
		{"encryption.vault_address", endpoint{&o.Encryption.VaultAddress}},
		{"encryption.vault_mount", file{&o.Encryption.VaultMount}},
		{"encryption.vault_namespace", file{&o.Encryption.VaultNamespace}},
		{"encryption.vault_token", hidden{&o.Encryption.VaultToken}},
		{"encryption.vault_token_path", file{&o.Encryption.VaultTokenPath}},
		{"encryption.vault_ca", file{&o.Encryption.VaultCA}},
		{"encryption.kms_endpoint", endpoint{&o.Encryption.KMSEndpoint}},
		{"encryption.kms_region", file{&o.Encryption.KMSRegion}},

		{"streams.transition_delay", duration{&o.TransitionDelay, notNegative}},
		{"streams.initial", initial{&o.InitialStreams}},
		{"streams.compression", choice{(*string)(&o.Compression), []string{"none", "s2"}}},

		{"limits.profile", profile{&o.Limits}},

		{"audit.sinks", list{&o.Audit.Sinks}},
		{"audit.data_events", sampling{&o.Audit.DataEvents}},
		{"audit.on_failure", choice{&o.Audit.OnFailure, []string{"continue", "refuse"}}},
		{"audit.dir", file{&o.Audit.Dir}},
		{"audit.file_size", size[int64]{&o.Audit.FileSize, 1 << 20}},
		{"audit.file_age", duration{&o.Audit.FileAge, positive}},
		{"audit.file_count", count{&o.Audit.FileCount}},
		{"audit.file_gzip", boolean{&o.Audit.FileGzip}},
		{"audit.webhook_url", file{&o.Audit.WebhookURL}},
		{"audit.webhook_token", hidden{&o.Audit.WebhookToken}},
		{"audit.webhook_key", hidden{&o.Audit.WebhookKey}},
		{"audit.stream", file{&o.Audit.Stream}},

		{"log.level", level{&s.Log.Level}},
		{"log.format", choice{&s.Log.Format, []string{"text", "json"}}},
	}
}
