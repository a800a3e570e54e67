package disklog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/freshet/freshet/internal/shardlog"
	"github.com/freshet/freshet/internal/vfs"
)

// rewrite is the rewriter's goroutine: it makes new segments of old ones, one job
// at a time.
func (l *Log) rewrite(ctx context.Context) error {
	pace := newPacer(l.o.RewriteRate)
	for {
		select {
		case <-ctx.Done():
			return nil
		case j := <-l.rewriting.jobs:
			began := time.Now()
			j.made, j.err = l.rewriteSegments(ctx, j, pace)
			j.took = time.Since(began)
			l.rewriting.results <- j
			signal(l.kicks.flusher)
		}
	}
}

// errNothingAlive ends a segment that would be empty.
var errNothingAlive = errors.New("nothing is alive")

// jobCost is what a job counts for besides the bytes that it copies: it syncs a
// file, the folder and the manifest.
const jobCost = 1 << 20

// rewriteSegments makes what j asks for, durably. Nothing stays of what failed.
func (l *Log) rewriteSegments(ctx context.Context, j *job, pace *pacer) (made []segmentMeta, err error) {
	if err := pace.spend(ctx, jobCost); err != nil {
		return nil, err
	}
	// From here to the end no input's file is removed.
	v := l.segments.acquire()
	defer l.segments.release(v)
	for _, s := range j.inputs {
		if !slices.Contains(v.segments, s) {
			return nil, errJobCancelled
		}
	}
	m, err := l.makeSegment(j.meta, func(w *segmentWriter) error {
		r := &rewriter{log: l, job: j, w: w, pace: pace}
		if len(j.inputs) == 1 {
			err = r.copy(ctx, j.inputs[0])
		} else {
			err = r.merge(ctx)
		}
		if err == nil && w.meta.records == 0 && len(w.block.parts) == 0 {
			err = errNothingAlive
		}
		return err
	})
	if errors.Is(err, errNothingAlive) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("rewrite segments: %w", err)
	}
	made = []segmentMeta{m}
	if err := l.fs.SyncDir(l.dir); err != nil {
		if !retry(err) {
			err = final{err} // the next sync may say that all is well, and it is not
		}
		return nil, errors.Join(fmt.Errorf("rewrite segments: %w", err), l.unmake(made))
	}
	return made, nil
}

// rewriter writes the segment of one job.
type rewriter struct {
	log  *Log
	job  *job
	w    *segmentWriter
	pace *pacer
}

// copy copies the blocks of s that are alive as they are: one that is partly
// below the floor stays whole.
func (r *rewriter) copy(ctx context.Context, s *segment) error {
	f, err := r.log.footerOf(s)
	if err != nil {
		return err
	}
	for i := range f.shardCount() {
		_, from, to := r.log.aliveBlocks(f, i)
		if from == to {
			continue
		}
		if err := r.w.shard(f.shard(i)); err != nil {
			return err
		}
		for b := from; b < to; b++ {
			e := f.block(b)
			p, _, _, err := r.block(ctx, s, f.shard(i), e)
			if err != nil && !errors.Is(err, shardlog.ErrKey) { // it is copied as it is
				return err
			}
			if err := r.w.copyBlock(p, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// block reads and checks a block, in its time. With ErrKey there is the block, and
// no runs.
func (r *rewriter) block(ctx context.Context, s *segment, id shardlog.Shard, e blockEntry) (p []byte, h blockHeader, runs []run, err error) {
	if err = r.wait(ctx, int64(e.length)); err != nil {
		return nil, h, nil, err
	}
	file, err := r.log.segments.files.acquire(s)
	if err != nil {
		return nil, h, nil, err
	}
	defer r.log.segments.files.release(file)
	p = make([]byte, e.length)
	if err = readFull(file.file, p, e.position); err != nil {
		err = readError(err, s.path, e.position)
	} else {
		h, runs, err = checkBlock(p, s.path, id, e, r.log.keys)
	}
	if err != nil && !errors.Is(err, shardlog.ErrKey) {
		return nil, h, nil, r.log.damaged(err)
	}
	r.job.read += int64(e.length)
	return p, h, runs, err
}

// wait waits until n bytes more may be written, and returns why they may not be
// at all.
func (r *rewriter) wait(ctx context.Context, n int64) error {
	err := r.pace.spend(ctx, n)
	switch {
	case err != nil:
		return err
	case r.job.cancelled.Load():
		return errJobCancelled
	case r.log.space.has(lowSpace):
		return fmt.Errorf("appends need the room: %w", vfs.ErrNoSpace)
	}
	return nil
}

// pacer bounds the bytes per second, so that commits find the disk free.
type pacer struct {
	rate  int64
	began time.Time
	spent int64
}

func newPacer(rate int64) *pacer { return &pacer{rate: rate, began: time.Now()} }

// pacerChunk is how much is spent before the time is looked at.
const pacerChunk = 1 << 20

// spend waits until n bytes more may be written, or ctx ends.
func (p *pacer) spend(ctx context.Context, n int64) error {
	p.spent += n
	if p.spent < pacerChunk {
		return ctx.Err()
	}
	due := p.began.Add(time.Duration(float64(p.spent) / float64(p.rate) * float64(time.Second)))
	// What was not spent in time is not made up for.
	p.began, p.spent = time.Now(), 0
	if due.After(p.began) {
		timer := time.NewTimer(due.Sub(p.began))
		defer timer.Stop()
		p.began = due
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}
