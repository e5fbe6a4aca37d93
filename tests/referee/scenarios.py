"""Runs the pipeline suite and holds its outcomes side by side."""

import os
import re
import subprocess
import sys
import tomllib

LINE = re.compile(r"^test +(?:\[[^]]+\] +)?(?P<name>\S+) +\.\.\. (?P<outcome>ok|FAILED|ignored)$", re.MULTILINE)

# The suite's last word, if it must be said.
DEAD = "messages are left in dead-letter queues"
# What a scenario is that passed when it was tried alone, and how many are tried so: more fail for a reason.
AT_SECOND = "ok, at the second try"
SECOND_TRIES_MAX = 3
NOTHING_LOST = "no message is left in a dead-letter queue"


def run(suite, scenarios, log, environment=None, without=()):
    """Runs the suite's scenarios whose names hold one of `scenarios`, or all; answers with the outcome of each."""
    skipped = [argument for name in without for argument in ("--skip", name)]
    with open(log, "w") as out:
        for scenario in scenarios or [""]:
            command = [suite, "--color", "never", *skipped, *([scenario] if scenario else [])]
            subprocess.run(command, env=os.environ | (environment or {}), stdout=out, stderr=subprocess.STDOUT, check=False)
    text = log.read_text()
    outcomes = {line["name"]: line["outcome"] for line in LINE.finditer(text)}
    outcomes[NOTHING_LOST] = "FAILED" if DEAD in text else "ok"
    for failures in re.findall(r"^failures:\n(.*?)^failures:", text, re.MULTILINE | re.DOTALL):
        print(f"{log.stem}: {failures}", file=sys.stderr)
    return outcomes


def tried_again(suite, outcomes, log, environment):
    """Gives the few scenarios that failed a second try, alone: beside others a machine may be too busy for their deadlines."""
    failed = [name for name, outcome in outcomes.items() if outcome == "FAILED" and name != NOTHING_LOST]
    if not failed or len(failed) > SECOND_TRIES_MAX:
        return outcomes
    second = run(suite, failed, log, environment)
    return outcomes | {name: AT_SECOND for name in failed if second.get(name) == "ok"}


def table(host, referee, known):
    """The lines of the table, and whether everything is as it must be; `host` is None if it was left out."""
    reasons = tomllib.loads(known.read_text())
    width = max(map(len, referee), default=0)
    lines, passed, alone = [f"{'scenario':{width}}  {'host':7}  referee"], bool(referee), []
    for name, there in sorted(referee.items()):
        if there == "ignored":
            alone.append(name)
            continue
        here, reason = "not run" if host is None else host.get(name, "missing"), reasons.get(name)
        good = there in ("ok", AT_SECOND)
        if reason:
            good, there = not good, "ok, although known.toml says otherwise" if good else f"referee: {reason}"
        passed = passed and good and here in ("ok", "not run")
        lines.append(f"{name:{width}}  {here:7}  {there}")
    if alone:
        lines.append(f"{len(alone)} are about one machine only and not run here: {', '.join(alone)}")
    return lines, passed
