package config

import (
	"reflect"
	"testing"

	freshet "github.com/freshet/freshet"
)

func TestIssuers(t *testing.T) {
	var got []freshet.Issuer
	v := issuers{&got}
	want := []freshet.Issuer{
		{URL: "https://token.example", Audiences: []string{"a", "b"}},
		{URL: "http://10.0.0.1:9000", Audiences: []string{"c"}, Private: true},
	}
	if err := v.set("https://token.example a b, private http://10.0.0.1:9000 c"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := v.setAll(nil); err != nil || got != nil {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"https://token.example", "private https://token.example", "private"} {
		if err := v.set(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
