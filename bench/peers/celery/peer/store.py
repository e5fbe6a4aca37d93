"""Files on disk and one table in SQLite."""

import os
import sqlite3
import threading
from pathlib import Path

from . import settings

TABLE = """
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, file_name TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    status TEXT NOT NULL, reference TEXT, job_id TEXT, normalized TEXT, failure TEXT, ready_at REAL
);
CREATE INDEX IF NOT EXISTS documents_by_status ON documents (status);
"""

_local = threading.local()


def connection() -> sqlite3.Connection:
    """One for each thread, as sqlite3 wants it."""
    if not hasattr(_local, "connection"):
        opened = sqlite3.connect(settings.DATA / "documents.sqlite", timeout=30, isolation_level=None)
        opened.row_factory = sqlite3.Row
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute(f"PRAGMA synchronous = {'FULL' if settings.DURABLE else 'NORMAL'}")
        _local.connection = opened
    return _local.connection


def create() -> None:
    connection().executescript(TABLE)


def write_file(path: Path, content: bytes) -> None:
    """Writes a file whole: beside, synced if asked for, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(path.suffix + ".new")
    with open(beside, "wb") as file:
        file.write(content)
        if settings.DURABLE:
            file.flush()
            os.fsync(file.fileno())
    beside.rename(path)


def original(document_id: str) -> Path:
    return settings.DATA / "uploads" / document_id[:2] / document_id


def result(document_id: str, role: str) -> Path:
    return settings.DATA / "results" / document_id[:2] / f"{document_id}.{role}"


def normalized(document_id: str) -> Path:
    return settings.DATA / "normalized" / document_id[:2] / f"{document_id}.json"
