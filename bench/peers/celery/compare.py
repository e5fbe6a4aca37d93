"""Measures the peer with Redis's two append-only policies and Lectern beside them; prints all with the ratios."""

import argparse
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
WEB_WORKERS = 2
START_SECONDS_MAX = 60
LOG_CHARS_MAX = 2000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command, log: Path, **options):
    """A process that is stopped at the end, whatever happens."""
    with open(log, "wb") as output:
        process = subprocess.Popen([str(part) for part in command], stderr=output, **{"stdout": output, **options})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(answers, what: str) -> None:
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        try:
            if answers():
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"{what} does not start")


def answers_http(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        return answer.status == 200


def pings(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def measure_peer(options, policy: str) -> dict:
    """One run of the peer with `appendfsync` as the policy says."""
    token, secret = secrets.token_hex(16), "whsec_" + secrets.token_hex(24)
    with tempfile.TemporaryDirectory(prefix="celery-peer-") as name:
        folder, redis, web = Path(name), free_port(), free_port()
        bench = [options.bench, "processor", "--token", token, "--secret", secret]
        with running(bench, folder / "processor.log", stdout=subprocess.PIPE) as processor:
            processor_url = processor.stdout.readline().decode().split()[1]
            environment = os.environ | {
                "PEER_DATA": name,
                "PEER_REDIS_URL": f"redis://127.0.0.1:{redis}/0",
                "PEER_API_URL": f"http://127.0.0.1:{web}",
                "PEER_PROCESSOR_URL": processor_url,
                "PEER_PROCESSOR_TOKEN": token,
                "PEER_SIGNING_SECRET": secret,
                "PEER_DURABLE": "yes" if policy == "always" else "no",
            }
            redis_server = ["redis-server", "--port", redis, "--bind", "127.0.0.1", "--dir", name, "--save", ""]
            redis_server += ["--appendonly", "yes", "--appendfsync", policy]
            uvicorn = [sys.executable, "-m", "uvicorn", "peer.api:app", "--port", web, "--workers", WEB_WORKERS]
            uvicorn += ["--loop", "uvloop", "--http", "httptools", "--log-level", "warning", "--no-access-log"]
            celery = [sys.executable, "-m", "celery", "-A", "peer.tasks", "worker", "-l", "WARNING", "-O", "fair"]
            celery += ["-c", options.concurrency, "--without-gossip", "--without-mingle", "--without-heartbeat"]
            with running(redis_server, folder / "redis.log") as server:
                until(lambda: pings(redis), "redis")
                with running(uvicorn, folder / "web.log", env=environment, cwd=HERE) as api:
                    until(lambda: answers_http(f"http://127.0.0.1:{web}/counts"), "uvicorn")
                    with running(celery, folder / "celery.log", env=environment, cwd=HERE) as worker:
                        parts = [process.pid for process in (server, api, worker)]
                        try:
                            figures = drive(options, f"http://127.0.0.1:{web}", parts)
                        except subprocess.CalledProcessError:
                            show_logs(folder)
                            raise
    return {"appendfsync": policy, "concurrency": options.concurrency, "web_workers": WEB_WORKERS, **figures}


def show_logs(folder: Path) -> None:
    for log in sorted(folder.glob("*.log")):
        print(f"== {log.name}\n{log.read_text(errors='replace')[-LOG_CHARS_MAX:]}", file=sys.stderr)


def drive(options, url: str, parts: list[int]) -> dict:
    command = [options.bench, "peer", "--url", url, "--documents", options.documents]
    for part in parts:
        command += ["--process", part]
    return json.loads(subprocess.check_output([str(part) for part in command]))


def measure_lectern(options, way: str) -> dict:
    lectern = Path(options.bench).with_name("lectern")
    command = [options.bench, "pipeline", "--way", way, "--documents", options.documents, "--lectern", lectern]
    return json.loads(subprocess.check_output([str(part) for part in command]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=4, help="Celery's worker processes")
    options = parser.parse_args()
    lectern = {way: measure_lectern(options, way) for way in ("inbox", "teachers")}
    peers = {policy: measure_peer(options, policy) for policy in ("everysec", "always")}
    rate = lambda figures: figures["documents_per_second"]
    ratios = {
        f"{way}_to_{policy}": round(rate(lectern[way]) / rate(peers[policy]), 2) for way in lectern for policy in peers
    }
    print(json.dumps({"lectern": lectern, "celery": peers, "ratio": ratios}, indent=2))


if __name__ == "__main__":
    main()
