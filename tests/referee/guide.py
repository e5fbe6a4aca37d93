"""Types the commands of docs/deploy.md, as they stand there, into a shell that has MiniStack for an account.

Each is run, and what it is for is looked at, or has a reason here why it is not. A command of the guide that is not known here
fails, and so does one that is known here and no longer in the guide.
"""

import argparse
import os
import pathlib
import shutil
import sys
import tempfile

from commands import Shell, commands
from package import built
from processes import Processes
from stack import Stack
from steps import STEPS, Steps

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# Divides every configured duration.
SCALE = 60
# What is not run here, and why.
ELSEWHERE = {
    "pip install": "installs tools; here they are those of tests/template and tests/clients",
    "aws configure": "asks a person for credentials",
    "cd infra && ./build": "compiles for another processor, as `tests/template/run build` does; here the folder is as it leaves it",
    "sam deploy --config-env prod": "leads each function over by CodeDeploy, which MiniStack does at once",
    "cargo run --release -p bench -- cost": "needs no account, and compiles",
    "lectern normalize": "needs no account; the pipeline's scenario commands::normalize runs it",
    "git checkout COMMIT": "compiles another commit",
    "aws dynamodb update-table --no-deletion-protection-enabled": "is for prod, and this stack is dev",
    "aws cognito-idp update-user-pool --deletion-protection INACTIVE": "is for prod, and this stack is dev",
}


def main():
    options = arguments()
    guide = commands((REPOSITORY / "docs/deploy.md").read_text())
    known = [*STEPS, *ELSEWHERE]
    plan = [(command, [start for start in known if command.startswith(start)]) for command in guide]
    wrong = [f"unknown here: {command}" for command, starts in plan if len(starts) != 1]
    wrong += [f"no longer in the guide: {start}" for start in known if all([start] != starts for _, starts in plan)]
    if wrong:
        raise SystemExit("\n".join(wrong))

    work = pathlib.Path(tempfile.mkdtemp(prefix="guide.", dir=options.work))
    try:
        typed(plan, options, work)
    except BaseException:
        print(f"logs are kept in {work}", file=sys.stderr)
        raise
    shutil.rmtree(work)


def typed(plan, options, work):
    """Types each command and prints what was seen."""
    left_out = []
    with Processes(work) as processes:
        stack = Stack(processes.ministack(SCALE), "lectern-dev")
        steps = Steps(options.lectern, stack, processes, shell(options, work, stack, left_out), SCALE)
        for command, [start] in plan:
            if start in ELSEWHERE:
                print(f"not run  {shown(command)}\n         it {ELSEWHERE[start]}", flush=True)
                continue
            seen = STEPS[start](steps, command)
            print(f"ok       {shown(command)}\n         {seen}", flush=True)
    print("\n".join(f"referee: {what}" for what in left_out + steps.changed))


def shown(command):
    first, *others = command.split("  # ")[0].splitlines()
    return first.strip() + (" …" if others else "")


def arguments():
    parser = argparse.ArgumentParser()
    for name in ["lectern", "binaries", "work", "aws", "sam"]:
        parser.add_argument(f"--{name}", type=lambda path: pathlib.Path(path).absolute(), required=True)
    return parser.parse_args()


def shell(options, work, stack, left_out):
    """A shell in a folder that is `infra` after `./build`, with the tools that the guide calls."""
    folder, tools = work / "infra", work / "tools"
    built(REPOSITORY, options.binaries, folder / ".aws-sam/build", left_out)
    shutil.copy(REPOSITORY / "infra/samconfig.toml", folder)
    (folder / "plan.md").write_text("# Rivers\n\nThis lesson follows a river from its source to the sea.\n")
    tools.mkdir()
    for tool in [options.lectern, options.aws, options.sam]:
        (tools / tool.name).symlink_to(tool)
    return Shell(folder, os.environ | {
        "AWS_ENDPOINT_URL": stack.endpoint, "AWS_PAGER": "", "SAM_CLI_TELEMETRY": "0", "TOKEN": "the-token-of-the-guide",
        "PATH": f"{tools}:{os.environ['PATH']}",
    })


if __name__ == "__main__":
    main()
