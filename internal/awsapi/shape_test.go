package awsapi

import "testing"

func TestShapeMember(t *testing.T) {
	s := &Shape{Kind: Structure, Members: []Member{{Name: "StreamName"}, {Name: "StreamARN"}}}
	f := func(name string, want *Member) {
		t.Helper()
		if got := s.Member(name); got != want {
			t.Errorf("member %q: got %v, want %v", name, got, want)
		}
	}
	f("StreamName", &s.Members[0])
	f("StreamARN", &s.Members[1])
	f("streamname", nil)
	f("", nil)
}

func TestServiceKnowsItsOperations(t *testing.T) {
	get, put := &Operation{Name: "GetRecords"}, &Operation{Name: "PutRecords"}
	s := NewService(Service{ID: "Kinesis", Operations: []*Operation{get, put}})
	f := func(name string, want *Operation) {
		t.Helper()
		if got := s.Operation(name); got != want {
			t.Errorf("operation %q: got %v, want %v", name, got, want)
		}
	}
	f("GetRecords", get)
	f("PutRecords", put)
	f("PutRecord", nil)
	f("Zzz", nil)
	if get.Service != s || put.Service != s {
		t.Error("an operation does not know its service")
	}
}

func TestServiceRefusesUnsortedOperations(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	NewService(Service{Operations: []*Operation{{Name: "B"}, {Name: "A"}}})
}

func BenchmarkShapeMember(b *testing.B) {
	s := &Shape{Kind: Structure}
	for _, name := range []string{"StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "Shards", "HasMoreShards",
		"RetentionPeriodHours", "StreamCreationTimestamp", "EnhancedMonitoring", "EncryptionType", "KeyId"} {
		s.Members = append(s.Members, Member{Name: name})
	}
	key := []byte("KeyId")
	b.ReportAllocs()
	for b.Loop() {
		if s.Member(string(key)) == nil {
			b.Fatal("not found")
		}
	}
}
