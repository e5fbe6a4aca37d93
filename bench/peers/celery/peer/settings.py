"""Everything that the processes of the peer share, from the environment."""

import os
from pathlib import Path

DATA = Path(os.environ["PEER_DATA"])
REDIS_URL = os.environ["PEER_REDIS_URL"]
API_URL = os.environ["PEER_API_URL"]
PROCESSOR_URL = os.environ["PEER_PROCESSOR_URL"]
PROCESSOR_TOKEN = os.environ["PEER_PROCESSOR_TOKEN"]
SIGNING_SECRET = os.environ["PEER_SIGNING_SECRET"]
# Whether what is acknowledged has to be on disk: files and SQLite are synced, as Redis's appendfsync is "always".
DURABLE = os.environ["PEER_DURABLE"] == "yes"
