package audit

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
)

func create() *Call {
	return allowed("CreateStream", &kinesis.CreateStreamInput{StreamName: new("orders")}, nil)
}

func TestEveryManagementEventIsWrittenToEverySink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &memory{}, &memory{}
		var n counts
		r := New(Options{Sinks: []Sink{a, b}, OnFailure: Continue, Observer: n.observer()})
		stop := running(r)
		for range 3 {
			if !r.Wants("CreateStream") || r.Wants("PutRecords") {
				t.Error("management events are wanted, data events are not")
			}
			r.Record(create())
		}
		synctest.Wait()
		if len(a.kept()) != 3 || len(b.kept()) != 3 {
			t.Errorf("kept %d and %d", len(a.kept()), len(b.kept()))
		}
		stop()
		if written, dropped, _ := n.get(); written != 6 || dropped != 0 {
			t.Errorf("told %d written, %d dropped", written, dropped)
		}
	})
}

func TestWhatWaitsIsWrittenWhenTheServerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &memory{}
		r := New(Options{Sinks: []Sink{sink}, OnFailure: Continue})
		for range 1200 { // more than a batch, before anybody runs
			r.Record(create())
		}
		running(r)()
		if got := len(sink.kept()); got != 1200 {
			t.Errorf("kept %d", got)
		}
	})
}

func TestSinkThatIsDownGetsEverythingLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, up := &memory{}, &memory{}
		down.setDown(true)
		var n counts
		r := New(Options{Sinks: []Sink{down, up}, OnFailure: Continue, Observer: n.observer()})
		defer running(r)()
		r.Record(create())
		time.Sleep(time.Minute)
		r.Record(create())
		time.Sleep(time.Minute)
		synctest.Wait()
		down.mu.Lock()
		tries := down.mu.tries
		down.mu.Unlock()
		if tries < 5 || tries > 12 {
			t.Errorf("%d tries in two minutes", tries)
		}
		if len(up.kept()) != 2 {
			t.Error("a sink waits for another")
		}
		down.setDown(false)
		time.Sleep(retryMost)
		if len(down.kept()) != 2 {
			t.Errorf("kept %d", len(down.kept()))
		}
		synctest.Wait()
		n.mu.Lock()
		defer n.mu.Unlock()
		if len(n.mu.failing) != 2 || !n.mu.failing[0] || n.mu.failing[1] {
			t.Errorf("told %v", n.mu.failing)
		}
	})
}

func TestStoppingDoesNotWaitForASinkThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &memory{}
		sink.setDown(true)
		var n counts
		r := New(Options{Sinks: []Sink{sink}, OnFailure: Continue, Observer: n.observer()})
		stop := running(r)
		r.Record(create())
		synctest.Wait()
		start := time.Now()
		stop()
		if took := time.Since(start); took > lastWait {
			t.Errorf("waited %s", took)
		}
		if _, dropped, _ := n.get(); dropped != 1 {
			t.Errorf("told %d dropped", dropped)
		}
	})
}

func TestMemoryOfASinkThatIsDownIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &memory{}
		sink.setDown(true)
		var n counts
		r := New(Options{Sinks: []Sink{sink}, OnFailure: Continue, Observer: n.observer()})
		defer running(r)()
		for range laneEvents + 10 {
			r.Record(create())
		}
		if _, dropped, _ := n.get(); dropped != 10 {
			t.Errorf("told %d dropped", dropped)
		}
		if r.Admit("CreateStream") != nil {
			t.Error("Continue refuses nothing")
		}
	})
}

func TestOperationsThatCannotBeRecordedAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &memory{}
		r := New(Options{Sinks: []Sink{sink}, OnFailure: Refuse})
		defer running(r)()
		if err := r.Admit("CreateStream"); err != nil {
			t.Errorf("refused: %v", err)
		}
		sink.setDown(true)
		r.Record(create())
		synctest.Wait()
		time.Sleep(time.Millisecond)
		if r.Admit("CreateStream") == nil || r.Admit("DescribeStream") == nil {
			t.Error("admitted although nothing is kept")
		}
		if r.Admit("PutRecords") != nil {
			t.Error("records are refused although their events need not be kept")
		}
		r.Record(create()) // was performed already when the sink failed
		sink.setDown(false)
		time.Sleep(retryMost)
		if err := r.Admit("CreateStream"); err != nil || len(sink.kept()) != 2 {
			t.Errorf("refused after the sink works again: %v; kept %d", err, len(sink.kept()))
		}
	})
}

func TestFloodOfRefusalsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &memory{}
		var n counts
		r := New(Options{Sinks: []Sink{sink}, OnFailure: Refuse, Observer: n.observer()})
		defer running(r)()
		for range 5000 {
			r.Record(refused("198.51.100.9"))
		}
		r.Record(refused("203.0.113.1")) // another is seen in spite of it
		r.Record(create())
		synctest.Wait()
		kept := sink.kept()
		if len(kept) != addressBurst+2 {
			t.Fatalf("kept %d", len(kept))
		}
		e := decoded(t, kept[addressBurst])
		if e["sourceIPAddress"] != "203.0.113.1" || e["additionalEventData"].(map[string]any)["refusalsNotRecorded"] != float64(5000-addressBurst) {
			t.Errorf("%v", e)
		}
		if _, _, left := n.get(); left != 5000-addressBurst {
			t.Errorf("told %d", left)
		}
		for i := range 100 { // from everywhere, for ten seconds
			for range 100 {
				c := refused("10.0.0.1")
				c.Source = c.Source.Next()
				r.Record(c)
				c = refused("2001:db8::1")
				r.Record(c)
			}
			_ = i
			time.Sleep(100 * time.Millisecond)
		}
		synctest.Wait()
		if more := len(sink.kept()) - len(kept); more > refusalBurst+11*refusalRate {
			t.Errorf("kept %d more", more)
		}
	})
}

func TestAddressesOfOneSiteAreCountedTogether(t *testing.T) {
	a, b := refused("2001:db8::1"), refused("2001:db8::2:1")
	if a.address() != b.address() {
		t.Errorf("%v and %v", a.address(), b.address())
	}
}

func TestRefusalsAreToldWithoutWhatWasNotVerified(t *testing.T) {
	line := string(refused("192.0.2.1").line(noon, additional{}))
	if strings.Contains(line, `"arn"`) || strings.Contains(line, "accountId") || !strings.Contains(line, `"accessKeyId":"AKIACLAIMED"`) {
		t.Error(line)
	}
}
