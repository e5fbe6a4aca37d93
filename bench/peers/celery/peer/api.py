"""Takes uploads and callbacks; says what is ready."""

import base64
import hashlib
import hmac
import time
import uuid

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from . import settings, store, tasks

TOLERANCE_SECONDS = 300
KEY = base64.b64decode(settings.SIGNING_SECRET.removeprefix("whsec_"))

store.create()
app = FastAPI()


@app.put("/documents/{file_name}")
async def upload(file_name: str, request: Request) -> Response:
    body = await request.body()
    document_id = await run_in_threadpool(accept, file_name, body)
    return Response(orjson.dumps({"document_id": document_id}), 201, media_type="application/json")


def accept(file_name: str, body: bytes) -> str:
    document_id = uuid.uuid4().hex
    store.write_file(store.original(document_id), body)
    store.connection().execute(
        "INSERT INTO documents (id, file_name, size, sha256, status) VALUES (?, ?, ?, ?, 'queued')",
        (document_id, file_name, len(body), hashlib.sha256(body).hexdigest()),
    )
    tasks.ingest.delay(document_id)
    return document_id


@app.post("/callbacks/processor")
async def callback(request: Request) -> Response:
    body = await request.body()
    if not is_signed(request, body):
        return Response(status_code=401)
    data = orjson.loads(body)["data"]
    document_id = data["reference"].split(".")[0]
    if not await run_in_threadpool(is_issued, document_id, data["reference"]):
        return Response(status_code=404)
    await run_in_threadpool(tasks.collect.delay, document_id, data)
    return Response(status_code=202)


def is_signed(request: Request, body: bytes) -> bool:
    """Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`."""
    message_id, timestamp = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "0")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    given = request.headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(expected, signature) for signature in given)


def is_issued(document_id: str, reference: str) -> bool:
    row = store.connection().execute("SELECT reference FROM documents WHERE id = ?", (document_id,)).fetchone()
    return row is not None and row["reference"] == reference


@app.get("/counts")
def counts() -> dict[str, int]:
    rows = store.connection().execute("SELECT status, count(*) AS count FROM documents GROUP BY status")
    return {row["status"]: row["count"] for row in rows}


@app.get("/ready")
def ready() -> Response:
    rows = store.connection().execute("SELECT id, ready_at FROM documents WHERE status = 'ready'")
    return Response(orjson.dumps({row["id"]: row["ready_at"] for row in rows}), media_type="application/json")
