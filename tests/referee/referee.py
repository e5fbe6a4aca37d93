"""Deploys the template to MiniStack, runs the pipeline's scenarios there and on one machine, and prints how they went."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile

from package import packaged
from permissions import adapted
from processes import Processes
from routes import imported
from scenarios import run, table, tried_again
from schedule import Schedule
from stack import Stack

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Divides every configured duration. Half of what it is on the suite's own host: here a lesson plan's lease of two minutes, which
# is two seconds then, has to be longer than a busy machine takes to start a function.
SCALE = 60
# What the suite's processor signs and is asked with (tests/pipeline/harness/processor.rs).
RELEASE = "0000000002"
TOKEN = "the-token-of-the-pipeline-tests"
SECRET = "whsec_bGVjdGVybi1waXBlbGluZS10ZXN0cy1zZWNyZXQtMzI="
CLIENT = "lectern-local"


def main():
    options = arguments()
    work = pathlib.Path(tempfile.mkdtemp(prefix="run.", dir=options.work))
    with Processes(work) as processes:
        stack, addresses, changed = deployed(options, processes, work)
        with Schedule(stack, SCALE):
            environment = {"LECTERN_REFEREE": json.dumps(addresses)}
            referee = run(options.suite, options.scenarios, work / "referee.out", environment)
            referee = tried_again(options.suite, referee, work / "referee-again.out", environment)
        stack.delete()
    host = None
    if not options.without_host:
        alone = [name for name, outcome in referee.items() if outcome == "ignored"]
        host = run(options.suite, options.scenarios, work / "host.out", without=alone)
    lines, passed = table(host, referee, REPOSITORY / "tests/referee/known.toml")
    print("\n".join(lines + [f"referee: {what}" for what in changed]))
    if passed:
        shutil.rmtree(work)
    else:
        print(f"logs are kept in {work}")
    sys.exit(0 if passed else 1)


def arguments():
    parser = argparse.ArgumentParser()
    for name in ["suite", "lectern", "binaries", "work"]:
        parser.add_argument(f"--{name}", type=lambda path: pathlib.Path(path).resolve(), required=True)
    parser.add_argument("--without-host", action="store_true")
    parser.add_argument("scenarios", nargs="*")
    return parser.parse_args()


def deployed(options, processes, work):
    """The stack, the addresses that the suite needs of it, and what is not as the template says."""
    issuer = processes.ready("issuer", [options.lectern, "issuer", "--port", "0", "--client-id", CLIENT])
    processor = processes.ready("processor", [
        options.lectern, "processor", "--port", "0", "--scriptable", "--token", TOKEN, "--secret", SECRET,
        "--data-dir", work / "processor",
    ])
    stack, left_out = Stack(processes.ministack(SCALE)), []
    first, second = packaged(REPOSITORY, options.binaries, stack.client("s3"), RELEASE, left_out)
    parameters = {
        "PageOrigin": stack.endpoint,
        "ProcessorUrl": processor,
        "ProcessorToken": TOKEN,
        "CallbackSecrets": SECRET,
        "FetchHosts": "127.0.0.1",
        "FetchLoopback": "true",
        "OidcIssuer": issuer,
        "OidcClientId": CLIENT,
        "TimeScale": str(SCALE),
    }
    stack.deploy(first, parameters, "CREATE")
    # MiniStack answers for an HTTP API at a name below `localhost`, which few resolvers know, and at this path.
    api, by_hand = imported(stack)
    api = f"{stack.endpoint}/_aws/execute-api/{api}"
    # A published version keeps the parameters that it was published with: another release, or the first one goes on.
    stack.deploy(second, parameters | {"CallbackUrl": f"{api}/callbacks/processor", "Release": RELEASE}, "UPDATE")
    changed = [*left_out, by_hand, *adapted(stack)]
    return stack, {"api": api, "aws": stack.endpoint, "issuer": issuer, "processor": processor, "scale": SCALE}, changed


if __name__ == "__main__":
    main()
