package change

import (
	"context"
	"testing"
)

func TestChangesAreKeptForWhoGathers(t *testing.T) {
	ctx := Gather(t.Context())
	Say(ctx, "policy of s", nil, map[string]int{"Version": 1})
	all := Of(ctx).All()
	if len(all) != 1 || string(all[0].Before) != "null" || string(all[0].After) != `{"Version":1}` || all[0].Subject != "policy of s" {
		t.Errorf("%+v", all)
	}
}

func TestNobodyNeedsToListen(t *testing.T) {
	Say(context.Background(), "x", make(chan int), nil) // which could not be said
	if got := Of(context.Background()).All(); got != nil {
		t.Errorf("%v", got)
	}
}

func TestChangesOfOneOperationAreBounded(t *testing.T) {
	ctx := Gather(t.Context())
	for i := range 2 * Most {
		Say(ctx, "x", i, i+1)
	}
	if got := len(Of(ctx).All()); got != Most {
		t.Errorf("%d changes", got)
	}
}
