"""Put a web server's access log into a stream, and read it back.

Most lines go in through boto3, the last ones through the AWS CLI. Then every
shard is read from its beginning: the lines must be the same, as often as they
were put, and those of one client address, which is the partition key, must
stand in their order, in one shard.
"""

import argparse
import collections
import json
import os
import random
import subprocess
import tempfile
import time

import stream

METHODS = ["GET"] * 17 + ["POST"] * 2 + ["HEAD"]
PATHS = ["/", "/index.html", "/robots.txt", "/favicon.ico", "/login", "/logout", "/search?q=kinesis", "/search?q=caf%C3%A9",
         "/static/app.js", "/static/style.css", "/img/logo.svg", "/api/v1/items", "/api/v1/items/{n}", "/articles/{n}",
         "/articles/{n}/comments", "/wp-login.php", "/.env", "/download/{n}.tar.gz"]
STATUSES = [200] * 16 + [304] * 4 + [301, 302, 404, 404, 403, 500]
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
          "curl/8.8.0", "Googlebot/2.1 (+http://www.google.com/bot.html)", "-", 'odd "quoted" agent \\ äöü ☃']
REFERERS = ["-"] * 5 + ["https://www.example.com/", "https://search.example.org/?q=%22freshet%22", "http://news.example.net/item?id={n}"]


def access_log(lines, seed):
    """Yield lines of the Combined Log Format; the same for the same seed."""
    rng = random.Random(seed)
    addresses = [f"{rng.randrange(1, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}" for _ in range(5000)]
    addresses += [f"2001:db8::{rng.randrange(65536):x}:{rng.randrange(65536):x}" for _ in range(500)]
    now = 1_750_000_000.0
    for _ in range(lines):
        now += rng.expovariate(50)
        # A few clients make most of the requests.
        address = addresses[min(int(rng.paretovariate(0.7)) - 1, len(addresses) - 1)]
        user = rng.choice(["-"] * 9 + ["frank", "süreyya"])
        path = rng.choice(PATHS).format(n=rng.randrange(100_000))
        referer = rng.choice(REFERERS).format(n=rng.randrange(1_000_000))
        agent = rng.choice(AGENTS).replace("\\", "\\\\").replace('"', '\\"')
        when = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
        status = rng.choice(STATUSES)
        size = "-" if status == 304 else int(rng.lognormvariate(8, 2))
        yield f'{address} - {user} [{when}] "{rng.choice(METHODS)} {path} HTTP/1.1" {status} {size} "{referer}" "{agent}"'


def put_with_cli(name, records):
    """Put records with `aws kinesis put-records` and yield as stream.put_all."""
    for batch in stream.batches(records):
        entries = [{"PartitionKey": key, "Data": data.decode()} for key, data in batch]
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump({"StreamName": name, "Records": entries}, file)
            file.flush()
            command = ["aws", "kinesis", "put-records", "--cli-input-json", "file://" + file.name, "--output", "json"]
            answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        assert answer["FailedRecordCount"] == 0, answer
        for record, result in zip(batch, answer["Records"], strict=True):
            yield *record, result["ShardId"], result["SequenceNumber"]


def check(kinesis, name, put):
    """Compare what is in the stream with what was put."""
    count, of_key, shard_of = collections.Counter(), collections.defaultdict(list), {}
    for shard in stream.shards(kinesis, name):
        last = ""
        for record in stream.read_shard(kinesis, name, shard):
            key, data = record["PartitionKey"], record["Data"]
            assert record["SequenceNumber"] > last, f"{shard}: {record['SequenceNumber']} after {last}"
            last = record["SequenceNumber"]
            assert shard_of.setdefault(key, shard) == shard, f"{key} is in {shard} and in {shard_of[key]}"
            count[data] += 1
            of_key[key].append((data, shard, record["SequenceNumber"]))
        print(f"  {shard}: last {last}")
    assert count == collections.Counter(data for _, data, _, _ in put), "the lines are not those that were put"
    expected = collections.defaultdict(list)
    for key, data, shard, number in put:
        expected[key].append((data, shard, number))
    assert of_key == expected, "an address's lines are not in their order"
    return len(of_key)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=250_000)
    parser.add_argument("--cli-lines", type=int, default=5_000, help="how many of them go through the AWS CLI")
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stream", default=f"access-log-{os.getpid()}")
    args = parser.parse_args()

    kinesis = stream.client()
    stream.make(kinesis, args.stream, args.shards)
    records = [(line.split(" ", 1)[0], line.encode()) for line in access_log(args.lines, args.seed)]
    split = args.lines - args.cli_lines

    began = time.monotonic()
    put = list(stream.put_all(kinesis, args.stream, records[:split]))
    print(f"{len(put)} lines put with boto3 in {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    put += put_with_cli(args.stream, records[split:])
    print(f"{args.cli_lines} lines put with the AWS CLI in {time.monotonic() - began:.1f} s")

    began = time.monotonic()
    keys = check(kinesis, args.stream, put)
    print(f"{len(put)} lines of {keys} addresses read back in {time.monotonic() - began:.1f} s: equal, each address in its order")
    stream.remove(kinesis, args.stream)


if __name__ == "__main__":
    main()
