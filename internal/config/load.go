package config

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Load reads the file at path, if path is not empty, and then the environment
// through lookup (os.LookupEnv, or a test's), over the defaults. The caller sets
// what flags say afterwards, has CheckEnvironment look for slips, and asks Settings.Server.Validate when all is said.
func Load(path string, lookup func(string) (string, bool)) (Settings, error) {
	s := Defaults()
	var errs []error
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return s, fmt.Errorf("configuration: %w", err)
		}
		for _, err := range s.readFile(text) {
			errs = append(errs, fmt.Errorf("%s: %w", path, err))
		}
	}
	errs = append(errs, s.readEnvironment(lookup)...)
	return s, errors.Join(errs...)
}

// Variable is the environment's name for a key: FRESHET_SERVER_LISTEN for
// server.listen.
func Variable(key string) string {
	return "FRESHET_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

func (s *Settings) readEnvironment(lookup func(string) (string, bool)) []error {
	var errs []error
	for _, k := range s.keys() {
		name := Variable(k.name)
		given, ok, err := variable(name, lookup)
		if err == nil && ok {
			if rule := k.value.set(given); rule != nil {
				err = broken(name, given, rule)
			}
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return append(errs, s.readInitializeStreams(lookup)...)
}

// variable returns what name says, or what the file that name_FILE names does:
// the way in which containers hand over secrets.
func variable(name string, lookup func(string) (string, bool)) (string, bool, error) {
	direct, ok := lookup(name)
	path, viaFile := lookup(name + "_FILE")
	switch {
	case ok && viaFile:
		return "", false, fmt.Errorf("%s and %s_FILE are both set: set one", name, name)
	case ok:
		return direct, true, nil
	case !viaFile:
		return "", false, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", false, fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimSpace(string(content)), true, nil
}

func broken(name, given string, rule error) error {
	return fmt.Errorf("%s: %q: %w", name, given, rule)
}
