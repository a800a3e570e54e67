package conformance

import "testing"

// DryRun: what would succeed is a DryRunOperationException, and nothing is done;
// what would not, fails as ever (B).
//
//rule:16 GetRecords GetShardIterator PutRecord PutRecords
func TestDryRun(t *testing.T) {
	each(t, func(c *client) {
		c.stream("s", 1)
		dry := object{"StreamName": "s", "DryRun": true}
		for _, op := range []string{"PutRecord", "PutRecords", "GetShardIterator"} {
			c.call(op, with(named[op], dry)).failsLike("DryRunOperationException", ".+")
			c.must(op, with(named[op], with(dry, object{"DryRun": false})))
			if r := c.call(op, with(named[op], with(dry, object{"StreamName": "none"}))); r.out()["__type"] != "ResourceNotFoundException" {
				c.t.Errorf("%s of no stream: %s", op, r.printable())
			}
		}
		it := c.iterator("s", "TRIM_HORIZON", nil)
		c.call("GetRecords", object{"ShardIterator": it, "DryRun": true}).failsLike("DryRunOperationException", ".+")
		c.call("GetRecords", object{"ShardIterator": "forged", "DryRun": true}).fails("InvalidArgumentException", "Invalid ShardIterator.")
		if n := len(c.records(it).list("Records")); n != 2 {
			c.t.Errorf("%d records, want the two that were put without DryRun", n)
		}
	})
}
