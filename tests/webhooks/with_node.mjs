// Signs and judges messages with the reference implementation for JavaScript. See tests/webhooks/run.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// Installed outside of this folder, where the first argument says.
const [modules, verb, count] = process.argv.slice(2);
const { Webhook, WebhookVerificationError } = createRequire(`${modules}/`)("standardwebhooks");

// A small generator, so that every run sends the same (mulberry32).
let state = 13;
function random(below) {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

// Any length, any script, and nothing at all once in a while.
function text() {
  if (random(10) === 0) return "";
  const end = [0x7f, 0x800, 0xd800][random(3)];
  const characters = Array.from({ length: random(2000) }, () => String.fromCodePoint(0x20 + random(end - 0x20)));
  return characters.join("") + ["", "\u{1F393}", "\u{10FFFF}"][random(3)];
}

function sign() {
  const now = Math.floor(Date.now() / 1000);
  for (let number = 0; number < Number(count); number++) {
    const secrets = Array.from({ length: 1 + random(3) }, () => {
      const key = Uint8Array.from({ length: 24 + random(41) }, () => random(256));
      return `whsec_${Buffer.from(key).toString("base64")}`;
    });
    // A sender knows one of the receiver's secrets, or more of them while it rotates.
    const signers = secrets.slice(random(secrets.length));
    const callback = { type: "job.finished", timestamp: "t", data: { reference: text(), job_id: "j" } };
    const body = random(2) === 0 ? JSON.stringify(callback) : text();
    const [id, timestamp] = [`msg_${number}`, now - 200 + random(400)];
    const at = new Date(timestamp * 1000);
    const signature = signers.map((secret) => new Webhook(secret).sign(id, at, body)).join(" ");
    const message = { secrets, id, timestamp, signature, body: Buffer.from(body).toString("base64") };
    process.stdout.write(`${JSON.stringify(message)}\n`);
  }
}

async function judge() {
  let [believed, refused] = [0, 0];
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    const body = Buffer.from(message.body, "base64");
    const headers = Object.fromEntries(["id", "timestamp", "signature"].map((name) => [`webhook-${name}`, `${message[name]}`]));
    for (const secret of message.secrets) {
      const webhook = new Webhook(secret);
      webhook.verify(body, headers, { jsonParse: false });
      believed++;
      try {
        webhook.verify(Buffer.concat([body, Buffer.from(" ")]), headers, { jsonParse: false });
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        refused++;
      }
    }
  }
  console.log(`${believed} signatures believed, ${refused} over changed bodies refused`);
  process.exit(believed === refused && believed >= Number(count) ? 0 : 1);
}

await (verb === "sign" ? sign() : judge());
