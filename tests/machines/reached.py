"""What of a state machine a run reached: states, branches of choices, and each error name of each Retry and Catch."""


def everything(definition):
    """All that there is to reach."""
    found = set()
    for name, state in definition["States"].items():
        found.add((name, "state"))
        if state["Type"] == "Choice":
            nexts = [choice["Next"] for choice in state["Choices"]] + [state["Default"]]
            # A branch is told by where it leads.
            assert len(set(nexts)) == len(nexts), f"two branches of {name} lead to one state"
            found.update((name, f"branch to {following}") for following in nexts)
        for kind in ("Retry", "Catch"):
            for index, entry in enumerate(state.get(kind, [])):
                found.update((name, f"{kind} {index} on {error}") for error in entry["ErrorEquals"])
    return found


def matching(state, kind, error):
    """The first entry of a Retry or Catch that takes this error, with the name by which it does."""
    for index, entry in enumerate(state.get(kind, [])):
        for name in entry["ErrorEquals"]:
            if name in (error, "States.ALL"):
                return f"{kind} {index} on {name}"
    return None


def reached(definition, history):
    """What the events of a history tell that was reached."""
    found, current, error = set(), None, None
    for event in history:
        details = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
        kind = event["type"]
        if kind.endswith("StateEntered"):
            entered = details["name"]
            found.add((entered, "state"))
            if current is not None:
                state = definition["States"][current]
                if state["Type"] == "Choice":
                    found.add((current, f"branch to {entered}"))
                if error is not None and (taken := matching(state, "Catch", error)):
                    found.add((current, taken))
            current, error = entered, None
        elif kind in ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed", "LambdaFunctionTimedOut"):
            error = details.get("error", "States.Timeout")
        elif kind in ("TaskScheduled", "LambdaFunctionScheduled"):
            if error is not None and (taken := matching(definition["States"][current], "Retry", error)):
                found.add((current, taken))
            error = None
        elif kind in ("TaskSucceeded", "LambdaFunctionSucceeded"):
            error = None
    return found
