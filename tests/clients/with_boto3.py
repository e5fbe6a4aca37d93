"""boto3 against a started host. Prints a line for each check, and `done` at its end."""

import hashlib
import json
import os
import sys
import threading
import time
import traceback
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

WORK = sys.argv[1]
RESULTS = "lectern-results"
WAIT_SECONDS = 120

s3 = boto3.client("s3")
sqs = boto3.client("sqs")
states = boto3.client("stepfunctions")
documents = boto3.resource("dynamodb").Table("lectern-documents")


def check(what):
    """Runs the function as a check of this name."""

    def run(function):
        try:
            function()
            print(f"ok    boto3: {what}", flush=True)
        except Exception:
            print(f"FAIL  boto3: {what}", flush=True)
            print("      " + traceback.format_exc().replace("\n", "\n      "), flush=True)

    return run


def eventually(look):
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"nothing within {WAIT_SECONDS} seconds")
        time.sleep(0.2)


def path(name):
    return os.path.join(WORK, name)


def content(name):
    with open(name, "rb") as file:
        return file.read()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        found = error.response["Error"]["Code"]
        assert found == code, found
    else:
        raise AssertionError("it was answered")


def item_with_key(key):
    names, values = {"#key": "key"}, {":key": key}
    found = documents.scan(
        FilterExpression="#key = :key", ExpressionAttributeNames=names, ExpressionAttributeValues=values
    )
    return found["Items"][0] if found["Items"] else None


@check("a small object both ways")
def _():
    body = "Größe, שיעור, 📐\n".encode()
    key = "clients/Größe + 100 % שיעור 📐.txt"
    put = s3.put_object(Bucket=RESULTS, Key=key, Body=body, Metadata={"title": "rivers"}, ChecksumAlgorithm="SHA256")
    got = s3.get_object(Bucket=RESULTS, Key=key, ChecksumMode="ENABLED")
    assert got["Body"].read() == body and got["ETag"] == put["ETag"]
    assert got["Metadata"] == {"title": "rivers"}, got["Metadata"]
    assert got["ChecksumSHA256"] == put["ChecksumSHA256"]
    part = s3.get_object(Bucket=RESULTS, Key=key, Range="bytes=1-4")
    assert part["Body"].read() == body[1:5] and part["ResponseMetadata"]["HTTPStatusCode"] == 206


@check("20 MB in parts both ways")
def _():
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=5 << 20)
    s3.upload_file(path("large.bin"), RESULTS, "clients/boto3.bin", Config=config)
    s3.download_file(RESULTS, "clients/boto3.bin", path("boto3.bin"), Config=config)
    assert content(path("boto3.bin")) == content(path("large.bin"))
    assert s3.head_object(Bucket=RESULTS, Key="clients/boto3.bin")["ETag"].endswith('-4"')


@check("a listing page by page")
def _():
    for number in range(5):
        s3.put_object(Bucket=RESULTS, Key=f"clients/page/{number}", Body=b"x")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=RESULTS, Prefix="clients/page/", PaginationConfig={"PageSize": 2}
    )
    keys = [[found["Key"][-1] for found in page["Contents"]] for page in pages]
    assert keys == [["0", "1"], ["2", "3"], ["4"]], keys


@check("a presigned address")
def _():
    url = s3.generate_presigned_url("get_object", Params={"Bucket": RESULTS, "Key": "clients/page/0"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"x"


@check("a missing object")
def _():
    refused("NoSuchKey", s3.get_object, Bucket=RESULTS, Key="clients/nothing")


@check("an object in the inbox becomes ready")
def _():
    key = "inbox/school-1/boto3.md"
    body = b"# Rain\n\nPupils recieve a worksheet about the water cycle.\n"
    s3.put_object(Bucket="lectern-uploads", Key=key, Body=body, Metadata={"title": "Rain"})

    def final():
        item = item_with_key(key)
        return item if item and item["status"] in ("ready", "failed", "rejected") else None

    item = eventually(final)
    assert item["status"] == "ready" and item["title"] == "Rain", item
    stored = s3.get_object(Bucket="lectern-normalized", Key=item["normalized"]["key"])["Body"].read()
    assert hashlib.sha256(stored).hexdigest() in item["normalized"]["key"]
    assert json.loads(stored)["text"].startswith("Rain")


@check("a message from a queue")
def _():
    # Functions read every queue, so messages about nothing are sent until this client gets one of them.
    queue = sqs.get_queue_url(QueueName="lectern-videos")["QueueUrl"]
    nothing = json.dumps({"document_id": "018f2f6e-7c1a-7000-8000-0123456789ab", "revision": "v", "attempt": 1})
    received = []

    def receive():
        answer = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20, AttributeNames=["All"]
        )
        received.extend(answer.get("Messages", []))

    receiver = threading.Thread(target=receive)
    receiver.start()
    while receiver.is_alive():
        entries = [{"Id": str(number), "MessageBody": nothing} for number in range(10)]
        assert len(sqs.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == 10
    assert received[0]["Body"] == nothing, received
    assert int(received[0]["Attributes"]["ApproximateReceiveCount"]) >= 1
    for message in received:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


@check("an execution and its history")
def _():
    machine = "arn:aws:states:eu-central-1:000000000000:stateMachine:lectern-overdue"
    start = dict(stateMachineArn=machine, name="by-boto3", input='{"status": "ready"}')
    arn = states.start_execution(**start)["executionArn"]
    eventually(lambda: states.describe_execution(executionArn=arn)["status"] == "SUCCEEDED")
    names = [execution["name"] for execution in states.list_executions(stateMachineArn=machine)["executions"]]
    assert "by-boto3" in names, names
    events = states.get_execution_history(executionArn=arn, reverseOrder=True)["events"]
    assert events[0]["type"] == "ExecutionSucceeded", events[0]
    refused("ExecutionAlreadyExists", states.start_execution, **start | {"input": '{"status": "failed"}'})


@check("an item that is not there")
def _():
    assert "Item" not in documents.get_item(Key={"document_id": "nothing"})


@check("operations that are not built")
def _():
    refused("UnknownOperationException", states.list_activities)
    refused("UnknownOperationException", boto3.client("dynamodb").list_backups)
    refused("NotImplemented", s3.get_bucket_website, Bucket=RESULTS)


print("done", flush=True)
