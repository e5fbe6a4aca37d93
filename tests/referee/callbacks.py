"""Callbacks as the processor would send them, signed with a secret of one's choice (Standard Webhooks)."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request

PREFIX = "whsec_"


def secret():
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sent(url, with_secret, reference):
    """Sends a failure that comes too late to change anything; answers with the status."""
    identity, now = f"msg-{secrets.token_hex(8)}", str(int(time.time()))
    error = {"code": "late", "message": "This comes after the results", "retryable": False}
    data = {"reference": reference, "job_id": "j", "error": error}
    body = json.dumps({"type": "job.failed", "timestamp": "2026-01-02T03:04:05Z", "data": data})
    key = base64.b64decode(with_secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{identity}.{now}.{body}".encode(), hashlib.sha256)
    request = urllib.request.Request(url, body.encode(), {
        "content-type": "application/json", "webhook-id": identity, "webhook-timestamp": now,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    })
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code
