package streams

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/freshet/freshet/internal/awsapi/kinesis"
	"pgregory.net/rapid"
)

// naiveRecord is what a queue knows of a record, told without shards, offsets or heaps.
type naiveRecord struct {
	receives int32
	visible  time.Time
	dead     bool
	// handle is the newest; handleDead says that it is of a dead letter.
	handle     string
	handleDead bool
}

// naiveQueue is a queue as its description has it: each record by itself.
type naiveQueue struct {
	most int32
	own  map[string]*naiveRecord // by data; those acknowledged are not there
}

func (n *naiveQueue) settle() {
	for _, rec := range n.own {
		if n.most > 0 && rec.receives >= n.most && !rec.visible.After(time.Now()) {
			rec.dead = true
		}
	}
}

// visible returns what a receiver of the one or the other kind may get.
func (n *naiveQueue) visible(dead bool) (list []string) {
	n.settle()
	for data, rec := range n.own {
		if rec.dead == dead && !rec.visible.After(time.Now()) {
			list = append(list, data)
		}
	}
	slices.Sort(list)
	return list
}

// naiveStep is something that happens; n says to which record, how often, or how long.
type naiveStep struct {
	what string
	n    int
}

var naiveSteps = rapid.Custom(func(t *rapid.T) naiveStep {
	what := []string{"put", "put", "receive", "receive", "dead", "ack", "ack", "hide", "restore", "pass", "split", "restart", "limit"}
	return naiveStep{rapid.SampledFrom(what).Draw(t, "what"), rapid.IntRange(0, 1000).Draw(t, "n")}
})

// A queue does what its description says, over reshards and restarts: every record is
// received until it is acknowledged, no more often than it may, and none that is in
// flight. A clean stop forgets nothing.
func TestAQueueIsLikeANaiveOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(naiveSteps, 1, 60).Draw(rt, "steps")
		most := rapid.SampledFrom([]int32{0, 1, 2, 4}).Draw(rt, "MaxReceiveCount")
		var wrong string
		synctest.Test(t, func(t *testing.T) {
			x := &naiveRun{rig: newIdleRig(t), naiveQueue: naiveQueue{most: most, own: map[string]*naiveRecord{}}}
			x.stop = x.start(Options{})
			x.createOnDemand("orders")
			x.arn = x.queueOf("orders", "q", attributes(10, most))
			for i, step := range steps {
				if wrong = x.step(step); wrong != "" {
					wrong = fmt.Sprintf("step %d, %s: %s", i, step.what, wrong)
					break
				}
			}
			x.stop()
		})
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// naiveRun is a queue and the naive one beside it.
type naiveRun struct {
	*rig
	naiveQueue
	stop func()
	arn  string
	puts int
}

// step makes something happen to both, and says what they do not agree on.
func (x *naiveRun) step(step naiveStep) string {
	switch step.what {
	case "put":
		for range 1 + step.n%15 {
			data := fmt.Sprint(x.puts)
			x.puts++
			x.put("orders", data, data)
			x.own[data] = &naiveRecord{visible: time.Now()}
		}
	case "receive":
		return x.take(false)
	case "dead":
		return x.take(true)
	case "ack", "hide", "restore":
		return x.settleOne(step)
	case "pass":
		later(time.Duration(1+step.n%11) * time.Second)
	case "split":
		if ring := x.stream("orders").ring; len(ring) < 12 {
			must(x.t, 0, x.reshardOnDemand("orders", ring[step.n%len(ring)]))
		}
	case "restart":
		x.stop()
		x.stop = x.start(Options{})
	case "limit":
		x.settle()
		x.most = []int32{0, 1, 2, 4}[step.n%4]
		_, err := x.UpdateQueue(x.ctx(), testCaller, &kinesis.UpdateQueueInput{QueueARN: &x.arn, QueueAttributes: queueAttributes{10, x.most}.describe()})
		must(x.t, 0, err)
		x.ack(x.arn, "forged") // so that it notices now
	}
	return ""
}

// take receives, if there is anything: else it would wait.
func (x *naiveRun) take(isDead bool) string {
	want := x.visible(isDead)
	if len(want) == 0 {
		return ""
	}
	var got []kinesis.QueueRecord
	if isDead {
		got = x.deadLetters(x.arn, 1)
	} else {
		got = x.receive(x.arn, 1)
	}
	if len(got) < min(len(want), 10) {
		return fmt.Sprintf("received %d records, %d are visible", len(got), len(want))
	}
	for _, rec := range got {
		data := string(rec.Data)
		at, ok := slices.BinarySearch(want, data)
		if !ok {
			return fmt.Sprintf("received %s, which is not visible: %v", data, want)
		}
		want = slices.Delete(want, at, at+1) // each once
		known := x.own[data]
		known.receives++
		if *rec.ReceiveCount != known.receives {
			return fmt.Sprintf("ReceiveCount %d of %s, want %d", *rec.ReceiveCount, data, known.receives)
		}
		known.visible, known.handle, known.handleDead = time.Now().Add(10*time.Second), *rec.ReceiptHandle, isDead
	}
	return ""
}

// settleOne does something to a record that was received.
func (x *naiveRun) settleOne(step naiveStep) string {
	x.settle()
	list := slices.DeleteFunc(slices.Sorted(maps.Keys(x.own)), func(data string) bool { return x.own[data].handle == "" })
	if len(list) == 0 {
		return ""
	}
	data := list[step.n%len(list)]
	rec := x.own[data]
	good := rec.dead == rec.handleDead
	var code string
	switch {
	case step.what == "ack" && rec.handleDead:
		code = x.ackDead(x.arn, rec.handle)
	case step.what == "ack":
		code = x.ack(x.arn, rec.handle)
	case step.what == "hide" && !rec.handleDead:
		code = x.hideFor(x.arn, rec.handle, int32(step.n%20))
	case step.what == "restore":
		good = rec.handleDead
		code = x.restored(x.arn, rec.handle)
	default:
		return ""
	}
	switch {
	case good != (code == ""):
		return fmt.Sprintf("%s, dead: %v: %q", data, rec.dead, code)
	case !good:
	case step.what == "ack":
		delete(x.own, data)
	case step.what == "hide":
		rec.visible = time.Now().Add(time.Duration(step.n%20) * time.Second)
	case step.what == "restore":
		x.own[data] = &naiveRecord{visible: time.Now()}
	}
	return ""
}

// reshardOnDemand splits a shard of an on-demand stream, as its load would.
func (r *rig) reshardOnDemand(name string, sh *shard) error {
	return r.reshard(r.ctx(), r.stream(name).streamKey, func(st *stream) (*stream, error) {
		return st.closing(time.Now(), splitOf(sh)), nil
	})
}
