"""Runs every case of every state machine on the host's interpreter and on moto's, and holds the two against each other.

Compared are the order of the states, what each task was asked, the end, its output, error and cause. A case in which moto is
wrong is listed in moto_is_wrong.json with what AWS's manual says; it must still differ, so that the list cannot grow stale.
"""

import json
import logging
import pathlib
import subprocess
import sys
import tempfile

# moto logs each failure of an execution at length; here most fail on purpose.
logging.disable(logging.CRITICAL)

import with_moto  # noqa: E402
from reached import everything, reached  # noqa: E402

HERE = pathlib.Path(__file__).parent
MACHINES = HERE / "../../statemachines"
START = "2026-01-01T00:00:00Z"
# The order in which a document meets them.
NAMES = ["transfer", "results", "overdue", "forget"]


def on_host(lectern, file, document, tasks):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as mocks:
        json.dump(tasks, mocks)
        mocks.flush()
        command = [lectern, "machine", "run", str(file), "--input", json.dumps(document), "--tasks", mocks.name]
        done = subprocess.run([*command, "--start", START, "--json"], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def details(event):
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})


def told(result):
    """What is compared of a result."""
    entered = [details(event)["name"] for event in result["history"] if event["type"].endswith("StateEntered")]
    asked = [json.loads(details(event)["parameters"]) for event in result["history"] if event["type"] == "TaskScheduled"]
    for parameters in asked:
        body = parameters.get("MessageBody")
        if isinstance(body, dict) and body.get("task_token"):
            body["task_token"] = "a token"
    output = result.get("output")
    return {
        "status": result["status"],
        "states": entered,
        "asked": asked,
        "output": json.loads(output) if isinstance(output, str) else output,
        "error": result.get("error"),
        "cause": result.get("cause") or None,
    }


def differences(one, other):
    return [f"{name}: host {one[name]!r}, moto {other[name]!r}" for name in one if one[name] != other[name]]


def run_case(lectern, file, definition, case, document):
    """(what is wrong, how moto differs, what was reached)"""
    host = on_host(lectern, file, document, case["tasks"])
    ours = told(host)
    wrong = []
    if ours["states"][-1] != case["ends"]:
        wrong.append(f"ends in {ours['states'][-1]}, not in {case['ends']}")
    try:
        theirs = told(with_moto.execute(json.dumps(definition), document, case["tasks"], START))
        differs = differences(ours, theirs)
    except Exception as error:  # moto raises what it likes
        differs = [f"moto: {error}"]
    return wrong, differs, reached(definition, host["history"])


def main(lectern):
    excused = json.loads((HERE / "moto_is_wrong.json").read_text())
    rows, failed = [], 0
    for name in NAMES:
        file = MACHINES / f"{name}.asl.json"
        definition = json.loads(file.read_text())
        suite = json.loads((HERE / "cases" / f"{name}.json").read_text())
        left = everything(definition)
        for title, case in suite["cases"].items():
            document = {**suite["document"], **case.get("document", {})}
            wrong, differs, found = run_case(lectern, file, definition, case, document)
            left -= found
            excuse = excused.get(f"{name}: {title}")
            fault = wrong or bool(differs) != bool(excuse)
            failed += bool(fault)
            moto = "same" if not differs else f"wrong: {excuse['what']}" if excuse else "DIFFERENT"
            if excuse and not differs:
                moto = "same, though it is listed as wrong"
            rows.append((name, title, "WRONG" if wrong else "ok", moto))
            for line in (wrong + differs) if fault else []:
                print(f"{name}: {title}: {line}", file=sys.stderr)
        for state, part in sorted(left):
            failed += 1
            print(f"{name}: no case reaches {state}: {part}", file=sys.stderr)
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    print(f"{'machine':{widths[0]}}  {'case':{widths[1]}}  {'host':{widths[2]}}  moto")
    for row in rows:
        print(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]:{widths[2]}}  {row[3]}")
    print(f"{len(rows) - min(failed, len(rows))} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
