// A bridge to @aws-sdk/client-kinesis (AWS SDK for JavaScript v3): doc.go says
// what passes over it.
const readline = require("node:readline");
const sdk = require("@aws-sdk/client-kinesis");

const kinesis = new sdk.KinesisClient({ maxAttempts: 1 });

function given(value) {
  if (Array.isArray(value)) return value.map(given);
  if (value === null || typeof value !== "object") return value;
  if ("$blob" in value) return Buffer.from(value.$blob, "base64");
  if ("$time" in value) return new Date(value.$time * 1000);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, given(member)]));
}

function plain(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Date || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

async function subscribe(output, records) {
  const events = [];
  for await (const event of output.EventStream) {
    events.push(event.SubscribeToShardEvent);
    if (events.reduce((n, e) => n + e.Records.length, 0) >= records) break;
  }
  return { Events: events };
}

async function answer(request) {
  const Command = sdk[request.op + "Command"];
  if (!Command) return { unknown: true };
  try {
    let { $metadata, ...output } = await kinesis.send(new Command(given(request.input)));
    if (request.op === "SubscribeToShard") output = await subscribe(output, request.records);
    return { output: plain(output) };
  } catch (e) {
    return { error: e.name, message: e.message, class: e.constructor.name };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
  process.exit(0); // a subscription that was left may hold its connection
})();
