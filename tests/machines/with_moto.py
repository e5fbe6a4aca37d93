"""Runs one state machine on moto's interpreter, whose parts come from LocalStack: nothing of it is Lectern's.

What moto leaves to others is put in here, and nothing else of it is changed:

* The evaluator of JSONata. moto declares one and has none (eval_jsonata_expression calls None); this is jsonata-python, a
  port of JSONata's own implementation.
* The clock. Waiting and backing off moves a clock of the run's own; $millis and $now read it.
* The services behind tasks. An answer from the case takes the place of the call to Amazon SQS or AWS Lambda. A task that waits
  for its token gets the answer as its holder would send it; SQS's own errors are those of sending the message.
"""

import itertools
import json
import time
import types
from datetime import datetime, timezone
from threading import Lock

import boto3
import jsonata
from moto import mock_aws
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import StateTaskServiceLambda
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sqs import StateTaskServiceSqs
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.callback import callback
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.jsonata import jsonata as moto_jsonata

# An execution waits for nothing real, so whatever takes longer hangs.
SECONDS_MAX = 60


class Run:
    """The clock and the answers of the execution that runs now."""

    def __init__(self, start, tasks):
        self.millis = int(datetime.fromisoformat(start.replace("Z", "+00:00")).timestamp() * 1000)
        self.tasks = {state: list(answers) for state, answers in tasks.items()}
        self.used = {state: 0 for state in tasks}
        self.silent = set()
        self.lock = Lock()

    def pass_seconds(self, seconds):
        with self.lock:
            self.millis += int(seconds * 1000)

    def answer(self, state):
        answers = self.tasks.get(state)
        if answers is None:
            raise RuntimeError(f"the case has no answer for {state}")
        answer = answers[min(self.used[state], len(answers) - 1)]
        self.used[state] += 1
        return answer


run = None


def evaluate(expression):
    compiled = jsonata.Jsonata(expression)
    compiled.register_lambda("millis", lambda: run.millis)
    compiled.register_lambda("now", lambda: datetime.fromtimestamp(run.millis / 1000, timezone.utc).isoformat())
    return compiled.evaluate(None)


def call(task, env, **_):
    """Takes the place of the call to the service: what the case has for this state."""
    answer = run.answer(task.name)
    token = task.resource.condition == ResourceCondition.WaitForTaskToken
    error, cause = answer.get("error"), answer.get("cause")
    if error and not (token and not error.startswith("SQS.")):
        details = TaskFailedEventDetails(
            error=error, cause=cause, resource=task._get_sfn_resource(), resourceType=task._get_sfn_resource_type()
        )
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=CustomErrorName(error),
                event_type=HistoryEventType.TaskFailed,
                event_details=EventDetails(taskFailedEventDetails=details),
            )
        )
    if not token:
        if answer.get("timeout"):
            task.timeout.eval(env=env)
            run.pass_seconds(env.stack.pop())
            raise EvalTimeoutError()
        env.stack.append(answer["result"])
        return
    env.stack.append({})
    held = env.states.context_object.context_object_data["Task"]["Token"]
    if answer.get("timeout"):
        run.silent.add(held)
    elif error:
        env.callback_pool_manager.notify(held, callback.CallbackOutcomeFailure(held, error=error, cause=cause))
    else:
        env.callback_pool_manager.notify(held, callback.CallbackOutcomeSuccess(held, output=json.dumps(answer["result"])))


def wait_for_answer(endpoint, timeout=None):
    if endpoint.callback_id in run.silent:
        run.pass_seconds(timeout)
        return None
    return endpoint.get_outcome()


moto_jsonata._eval_jsonata = evaluate
WaitFunction._wait_interval = lambda self, env, wait_seconds: run.pass_seconds(wait_seconds)
retrier_decl.time = types.SimpleNamespace(sleep=lambda seconds: run.pass_seconds(seconds))
StateTaskServiceSqs._eval_service_task = call
StateTaskServiceLambda._eval_service_task = call
callback.CallbackEndpoint.wait = wait_for_answer


# For as long as this process lives.
mock_aws(config={"stepfunctions": {"execute_state_machine": True}}).start()
client = boto3.client("stepfunctions", region_name="eu-central-1")
machines = itertools.count(1)


def execute(definition, document, tasks, start):
    """{status, output, error, cause, history}, as AWS's API tells it."""
    global run
    run = Run(start, tasks)
    role = "arn:aws:iam::123456789012:role/machine"
    name = f"machine-{next(machines)}"
    machine = client.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input=json.dumps(document))["executionArn"]
    end = time.monotonic() + SECONDS_MAX
    while (told := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        if time.monotonic() > end:
            raise RuntimeError("the execution does not end")
        time.sleep(0.05)
    return {**told, "history": client.get_execution_history(executionArn=execution, maxResults=1000)["events"]}
