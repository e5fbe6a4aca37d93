"""What runs beside the suite: MiniStack, the reference processor and the development issuer, each in a group of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

# Waits on busy machines; far more than it takes.
START_SECONDS = 120
STOP_SECONDS = 10


class Processes:
    """Starts processes and ends every one of them, with what they have started."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def __enter__(self):
        # Whoever ends this ends them too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            end(process)

    def start(self, name, command, environment=None, stdout=subprocess.DEVNULL):
        log = open(self.folder / f"{name}.log", "w")
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=log, text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def ready(self, name, command):
        """Starts a `lectern` command; answers with the address that its ready line names."""
        _, address = self.serving(name, command)
        return address

    def serving(self, name, command):
        """The same, with the process."""
        process = self.start(name, command, stdout=subprocess.PIPE)
        words = process.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise SystemExit(f"{name} does not serve; its log is in {self.folder}")
        return process, words[1]

    def end(self, process):
        self.running.remove(process)
        end(process)

    def ministack(self, scale):
        """Starts MiniStack on a free port; answers with its address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        scratch = self.folder / "scratch"
        scratch.mkdir()
        environment = os.environ | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            # Whoever does not sign as the account itself is held against the policies of its role.
            "AUTH": "true",
            # Functions reach it here.
            "AWS_ENDPOINT_URL": url,
            "MINISTACK_REGION": os.environ["AWS_REGION"],
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SFN_WAIT_SCALE": str(1 / scale),
            "TMPDIR": str(scratch),
        }
        process = self.start("ministack", ["ministack"], environment)
        end_of_patience = time.monotonic() + START_SECONDS
        while time.monotonic() < end_of_patience and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{url}/_ministack/health"):
                    return url
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"MiniStack does not serve; its log is in {self.folder}")


def end(process):
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            pass
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
