// A bridge to aws-sdk (AWS SDK for JavaScript v2): doc.go says what passes over it.
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const readline = require("node:readline");
const Kinesis = require("aws-sdk/clients/kinesis");

const kinesis = new Kinesis({ endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION, maxRetries: 0 });

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
    if (!event.SubscribeToShardEvent) continue; // initial-response
    events.push(event.SubscribeToShardEvent);
    if (events.reduce((n, e) => n + e.Records.length, 0) >= records) break;
  }
  return { Events: events };
}

async function answer(request) {
  const method = request.op[0].toLowerCase() + request.op.slice(1);
  if (typeof kinesis[method] !== "function") return { unknown: true };
  try {
    let output = await kinesis[method](given(request.input)).promise();
    if (request.op === "SubscribeToShard") output = await subscribe(output, request.records);
    return { output: plain(output) };
  } catch (e) {
    return { error: e.code, message: e.message, class: e.constructor.name };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
  process.exit(0);
})();
