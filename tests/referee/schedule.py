"""What the template schedules, at the pace of the suite."""

import re
import sys
import threading

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class Schedule:
    """Invokes the functions of the stack's scheduled rules so much more often, beside MiniStack's schedule in real time."""

    def __init__(self, stack, scale):
        self.stack, self.over = stack, threading.Event()
        events = stack.client("events")
        self.threads = []
        for rule in stack.resources("AWS::Events::Rule").values():
            rate = RATE.fullmatch(events.describe_rule(Name=rule).get("ScheduleExpression", ""))
            for target in events.list_targets_by_rule(Rule=rule)["Targets"] if rate else []:
                seconds = int(rate[1]) * SECONDS[rate[2]] / scale
                self.threads.append(threading.Thread(target=self.invoke, args=(target["Arn"], seconds)))
        if not self.threads:
            raise SystemExit("nothing is scheduled, although documents have deadlines")

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def invoke(self, function, seconds):
        functions = self.stack.client("lambda")
        while not self.over.wait(seconds):
            try:
                functions.invoke(FunctionName=function, Payload=b"{}")
            except Exception as error:
                # As with a schedule, the next time comes all the same.
                print(f"{function}: {error}", file=sys.stderr)
