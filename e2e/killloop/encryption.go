package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// reencrypt lets the main stream be encrypted, under a new data key if it is already,
// or no more, after a moment and within the load: the kill may come before, while or
// after. AWS allows 25 such calls a day, and so does the server.
func (c *client) reencrypt(ctx context.Context, rng *rand.Rand) error {
	moment := time.NewTimer(time.Duration(rng.Int64N(int64(100 * time.Millisecond))))
	defer moment.Stop()
	select {
	case <-moment.C:
	case <-ctx.Done():
		return request("pause", ctx.Err())
	}
	var err error
	if rng.IntN(3) > 0 {
		_, err = c.StartStreamEncryption(ctx, &kinesis.StartStreamEncryptionInput{
			StreamName: aws.String(mainStream), EncryptionType: types.EncryptionTypeKms, KeyId: aws.String("alias/aws/kinesis"),
		})
	} else {
		_, err = c.StopStreamEncryption(ctx, &kinesis.StopStreamEncryptionInput{
			StreamName: aws.String(mainStream), EncryptionType: types.EncryptionTypeKms, KeyId: aws.String("alias/aws/kinesis"),
		})
	}
	if _, ok := errors.AsType[*types.LimitExceededException](err); ok {
		return nil
	}
	return request("encryption", err)
}
