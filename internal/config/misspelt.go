package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// CheckEnvironment reports every variable of environ, NAME=value as in
// os.Environ, that is named like a key's but is none's: a slip that nobody would
// notice otherwise. A name that has neither one of the sections nor what is behind
// them in a key is not ours to judge.
func CheckEnvironment(environ []string) error {
	var s Settings
	var known, sections []string
	for _, k := range s.keys() {
		section, _, _ := strings.Cut(k.name, ".")
		sections = append(sections, Variable(section)+"_")
		known = append(known, Variable(k.name))
	}
	var errs []error
	for _, entry := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(entry, "=")
		isOurs := slices.ContainsFunc(sections, func(section string) bool { return strings.HasPrefix(name+"_", section) })
		if !isOurs && sectionless(name, known) == "" || slices.Contains(known, strings.TrimSuffix(name, "_FILE")) || isOfCluster(name, value) {
			continue
		}
		errs = append(errs, fmt.Errorf("%s: %s", name, misspelt(strings.TrimSuffix(name, "_FILE"), known)))
	}
	return errors.Join(errs...)
}

// misspelt says what may have been meant by the name of a variable.
func misspelt(name string, known []string) string {
	for key := range former {
		if Variable(key) == name {
			return noSuchKey(key)
		}
	}
	for foreign, key := range elsewhere {
		if Variable(foreign) == name {
			return "there is no such key; the nearest is " + Variable(key)
		}
	}
	if key := sectionless(name, known); key != "" {
		return "there is no such key; the nearest is " + key
	}
	return "there is no such key; the nearest is " + nearest(name, known)
}

// sectionless returns which of the known variables has name without its section, as
// a flag has; "" if none.
func sectionless(name string, known []string) string {
	rest, ours := strings.CutPrefix(strings.TrimSuffix(name, "_FILE"), "FRESHET_")
	at := slices.IndexFunc(known, func(key string) bool {
		_, behind, _ := strings.Cut(strings.TrimPrefix(key, "FRESHET_"), "_")
		return behind == rest
	})
	if !ours || at < 0 {
		return ""
	}
	return known[at]
}

// serviceVariable matches what Kubernetes sets in every container for a service,
// among them one that is called freshet-server.
var serviceVariable = regexp.MustCompile(`_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

func isOfCluster(name, value string) bool {
	return serviceVariable.MatchString(name) ||
		// Somebody may take this one for a key; a cluster gives a URL.
		strings.HasSuffix(name, "_PORT") && strings.Contains(value, "://")
}

// nearest returns the one of all that takes the fewest changes of a letter.
func nearest(name string, all []string) string {
	return slices.MinFunc(all, func(a, b string) int { return distance(name, a) - distance(name, b) })
}

// distance counts the letters to add, remove or replace between a and b
// (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
