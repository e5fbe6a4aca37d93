"""Runs the pipeline suite and holds its outcomes side by side."""

import os
import re
import subprocess
import tomllib

LINE = re.compile(r"^test (?:\[(?P<kind>[^]]+)\] )?(?P<name>\S+) +\.\.\. (?P<outcome>ok|FAILED|ignored)$", re.MULTILINE)


class Known:
    """Scenarios that fail because of the referee, each with a reason."""

    def __init__(self, file):
        self.reasons = tomllib.loads(file.read_text())


def run(suite, scenarios, log, environment=None):
    """Runs the suite's scenarios whose names hold one of `scenarios`, or all; answers with the outcome of each."""
    outcomes = {}
    with open(log, "w") as out:
        for scenario in scenarios or [""]:
            command = [suite, "--color", "never", *([scenario] if scenario else [])]
            subprocess.run(command, env=os.environ | (environment or {}), stdout=out, stderr=subprocess.STDOUT, check=False)
    for line in LINE.finditer(log.read_text()):
        ignored = line["outcome"] == "ignored"
        outcomes[line["name"]] = line["kind"] if ignored else line["outcome"]
    return outcomes


def table(host, referee, known):
    """The lines of the table, and whether everything is as it must be."""
    names = list(host or referee)
    width = max((len(name) for name in names), default=0)
    lines, passed = [f"{'scenario':{width}}  {'host':6}  referee"], bool(referee)
    for name in names:
        here, there = host.get(name, "-"), referee.get(name, "missing")
        reason = known.reasons.get(name)
        if reason and there == "FAILED":
            there = f"referee: {reason}"
        elif reason and there == "ok":
            there, passed = "ok, although known.toml says otherwise", False
        elif there in ("FAILED", "missing"):
            passed = False
        passed = passed and here in ("ok", "-")
        lines.append(f"{name:{width}}  {here:6}  {there}")
    return lines, passed
