"""Five tasks for each document. A task that fails is tried again; one whose worker dies is given to another."""

import hashlib
import secrets
import time

import orjson
import requests
from celery import Celery
from celery.signals import worker_process_init

from . import settings, store

celery = Celery("peer", broker=settings.REDIS_URL)
celery.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=4,
    broker_connection_retry_on_startup=True,
)
RETRY = {"autoretry_for": (Exception,), "retry_backoff": True, "max_retries": 8}
BYTES_MAX = 64 * 1024 * 1024

http = requests.Session()
http.trust_env = False


@worker_process_init.connect
def fresh_session(**_: object) -> None:
    """Connections are not shared by processes."""
    global http
    http = requests.Session()
    http.trust_env = False


def row(document_id: str):
    return store.connection().execute("SELECT * FROM documents WHERE id = ?", (document_id,)).fetchone()


def move(document_id: str, before: str, after: str, **values: object) -> bool:
    """Changes a status on condition that it is still the one before."""
    columns = "".join(f", {name} = ?" for name in values)
    change = f"UPDATE documents SET status = ?{columns} WHERE id = ? AND status = ?"
    return store.connection().execute(change, (after, *values.values(), document_id, before)).rowcount == 1


@celery.task(**RETRY)
def ingest(document_id: str) -> None:
    document = row(document_id)
    with open(store.original(document_id), "rb") as file:
        head = file.read(4096)
    if document["size"] == 0 or not document["file_name"].endswith(".md") or b"\0" in head:
        move(document_id, "queued", "rejected", failure="not a lesson plan")
        return
    reference = f"{document_id}.{secrets.token_hex(16)}"
    if move(document_id, "queued", "transferring", reference=reference) or document["status"] == "transferring":
        transfer.delay(document_id)


@celery.task(**RETRY)
def transfer(document_id: str) -> None:
    document = row(document_id)
    content = store.original(document_id).read_bytes()
    job = {
        "reference": document["reference"],
        "kind": "lesson_plan",
        "file_name": document["file_name"],
        "media_type": "text/markdown",
        "size": document["size"],
        "sha256": document["sha256"],
        "callback_url": f"{settings.API_URL}/callbacks/processor",
    }
    parts = [
        ("job", (None, orjson.dumps(job))),
        ("file", (document["file_name"], content, "text/markdown")),
        ("digest", (None, hashlib.sha256(content).hexdigest())),
    ]
    headers = {"Authorization": f"Bearer {settings.PROCESSOR_TOKEN}", "Idempotency-Key": document["reference"]}
    answer = http.post(f"{settings.PROCESSOR_URL}/jobs", files=parts, headers=headers, timeout=60)
    answer.raise_for_status()
    # The callback may have come first; then the status is a later one already.
    move(document_id, "transferring", "processing", job_id=answer.json()["job_id"])


@celery.task(**RETRY)
def collect(document_id: str, data: dict) -> None:
    files = {file["role"]: file for file in data["files"]}
    if set(files) != {"text", "annotations"}:
        raise ValueError(f"these are not the files of a lesson plan: {sorted(files)}")
    for role, file in files.items():
        answer = http.get(file["url"], timeout=60, allow_redirects=False)
        answer.raise_for_status()
        content = answer.content
        if len(content) > BYTES_MAX or len(content) != file["size"]:
            raise ValueError(f"{role} is not as long as announced")
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise ValueError(f"{role} is not what was announced")
        store.write_file(store.result(document_id, role), content)
    moved = [move(document_id, before, "returned") for before in ("transferring", "processing")]
    if any(moved) or row(document_id)["status"] == "returned":
        normalize.delay(document_id)


@celery.task(**RETRY)
def normalize(document_id: str) -> None:
    document = row(document_id)
    text = store.result(document_id, "text").read_text("utf-8")
    report = orjson.loads(store.result(document_id, "annotations").read_bytes())
    normalized = {
        "schema": "peer.document/1",
        "document_id": document_id,
        "title": document["file_name"],
        "text": text,
        "blocks": list(blocks(text)),
        "annotations": [annotation(text, match) for match in report["matches"]],
        "provenance": {"reference": document["reference"], "job_id": document["job_id"]},
    }
    content = orjson.dumps(normalized)
    store.write_file(store.normalized(document_id), content)
    digest = hashlib.sha256(content).hexdigest()
    if move(document_id, "returned", "normalized", normalized=digest) or row(document_id)["status"] == "normalized":
        finish.delay(document_id)


def blocks(text: str):
    """Headings and paragraphs with their places."""
    start = 0
    for piece in text.split("\n\n"):
        if piece.strip():
            kind = "heading" if piece.startswith("#") else "paragraph"
            yield {"type": kind, "start": start, "end": start + len(piece)}
        start += len(piece) + 2


def annotation(text: str, match: dict) -> dict:
    """A finding with its quote, held against the text. Plans here are plain ASCII, so code units are characters."""
    start, end, context = match["offset"], match["offset"] + match["length"], match["context"]
    claimed = context["text"][context["offset"] : context["offset"] + context["length"]]
    if text[start:end] != claimed:
        raise ValueError(f"an annotation quotes {claimed!r} where {text[start:end]!r} stands")
    return {
        "target": {"start": start, "end": end, "exact": claimed},
        "message": match["message"],
        "suggestions": [replacement["value"] for replacement in match["replacements"]],
        "rule": match["rule"]["id"],
    }


@celery.task(**RETRY)
def finish(document_id: str) -> None:
    move(document_id, "normalized", "ready", ready_at=time.time())
