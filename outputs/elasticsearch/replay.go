package elasticsearch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/naru-log/naru/deadletter"
	"github.com/naru-log/naru/event"
)

// Replay sends dead letters again, to the index and with the id that they had,
// and returns when each is decided: stored, or refused once more and kept as a
// new dead letter. It may be called whether Run runs or not. The error is that
// ctx ended; then the records come again.
func (o *Output) Replay(ctx context.Context, records []deadletter.Record) error {
	b := &body{}
	var unfit []deadletter.Record
	for _, r := range records {
		if err := b.addRecord(&r); err != nil {
			r.Type, r.Reason = "not_replayable", err.Error()
			unfit = append(unfit, r)
		}
	}
	if len(unfit) > 0 {
		if err := o.bury(ctx, unfit); err != nil {
			return err
		}
	}
	if len(b.items) == 0 {
		return nil
	}
	s := newSender(o)
	s.bulk.index = "" // each action line has its own
	return s.deliver(ctx, b)
}

// addRecord appends a dead letter. It may have been stored since it was refused,
// by an earlier replay.
func (b *body) addRecord(r *deadletter.Record) error {
	id := event.AppendJSONString(nil, []byte(r.ID))
	if len(r.ID) == 0 || len(id) != len(r.ID)+len(`""`) {
		return fmt.Errorf("its _id is %q, which is not one of ours", r.ID)
	}
	if err := ValidName(r.Index); err != nil {
		return err
	}
	var doc bytes.Buffer
	if err := json.Compact(&doc, r.Document); err != nil { // on one line, as a bulk request wants it
		return fmt.Errorf("the document is not JSON: %w", err)
	}
	start := len(b.buf)
	b.buf = append(append(b.buf, actionHead...), r.ID...)
	b.buf = append(append(b.buf, actionIndex...), r.Index...)
	b.buf = append(b.buf, actionTail...)
	b.buf = append(append(b.buf, doc.Bytes()...), '\n')
	b.items = append(b.items, item{start: uint32(start), doubtful: true})
	b.doubtful = true
	return nil
}
