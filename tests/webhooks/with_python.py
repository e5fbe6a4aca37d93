"""Signs and judges messages with the reference implementation for Python. See tests/webhooks/run."""

import base64
import json
import random
import sys
import time
from datetime import datetime, timezone

from standardwebhooks import Webhook, WebhookVerificationError

CALLBACK = '{"type":"job.finished","timestamp":"t","data":{"reference":"%s","job_id":"j"}}'


def text(rng):
    """Any length, any script, and nothing at all once in a while."""
    if rng.random() < 0.1:
        return ""
    points = (rng.randrange(0x20, rng.choice([0x7F, 0x800, 0xD800])) for _ in range(rng.randrange(2000)))
    return "".join(map(chr, points)) + rng.choice(["", "\U0001F393", "\U0010FFFF"])


def sign(count):
    rng = random.Random(11)
    now = int(time.time())
    for number in range(count):
        secrets = ["whsec_" + base64.b64encode(rng.randbytes(rng.randrange(24, 65))).decode() for _ in range(rng.randrange(1, 4))]
        # A sender knows one of the receiver's secrets, or two of them while it rotates.
        signers = rng.sample(secrets, rng.randrange(1, len(secrets) + 1))
        body = CALLBACK % json.dumps(text(rng))[1:-1] if rng.random() < 0.5 else text(rng)
        at = datetime.fromtimestamp(now + rng.randrange(-200, 200), tz=timezone.utc)
        identity = f"msg_{number}"
        message = {
            "secrets": secrets,
            "id": identity,
            "timestamp": int(at.timestamp()),
            "signature": " ".join(Webhook(secret).sign(identity, at, body) for secret in signers),
            "body": base64.b64encode(body.encode()).decode(),
        }
        print(json.dumps(message))


def judge():
    believed = refused = 0
    for line in sys.stdin:
        message = json.loads(line)
        body = base64.b64decode(message["body"]).decode()
        headers = {f"webhook-{name}": str(message[name]) for name in ("id", "timestamp", "signature")}
        for secret in message["secrets"]:
            webhook = Webhook(secret)
            webhook.verify(body, headers, json_parse=False)
            believed += 1
            try:
                webhook.verify(body + " ", headers, json_parse=False)
            except WebhookVerificationError:
                refused += 1
    print(f"{believed} signatures believed, {refused} over changed bodies refused")
    sys.exit(0 if believed == refused and believed >= int(sys.argv[2]) else 1)


if __name__ == "__main__":
    sign(int(sys.argv[2])) if sys.argv[1] == "sign" else judge()
