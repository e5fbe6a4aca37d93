"""boto3 against a started host. Prints a line for each check, and `done` at its end."""

import hashlib
import json
import os
import sys
import threading
import time
import traceback
import urllib.error
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


@check("100 MB in parts both ways")
def _():
    config = TransferConfig(multipart_threshold=8 << 20, multipart_chunksize=5 << 20)
    s3.upload_file(path("large.bin"), RESULTS, "clients/boto3.bin", Config=config)
    s3.download_file(RESULTS, "clients/boto3.bin", path("boto3.bin"), Config=config)
    assert content(path("boto3.bin")) == content(path("large.bin"))
    assert s3.head_object(Bucket=RESULTS, Key="clients/boto3.bin")["ETag"].endswith('-20"')


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


@check("a presigned address to write, and one that was tampered with")
def _():
    params = {"Bucket": RESULTS, "Key": "clients/presigned", "ContentType": "text/plain"}
    url = s3.generate_presigned_url("put_object", Params=params, ExpiresIn=60)
    headers = {"Content-Type": "text/plain"}
    with urllib.request.urlopen(urllib.request.Request(url, b"body", headers, method="PUT")) as answer:
        assert answer.status == 200
    assert s3.get_object(Bucket=RESULTS, Key="clients/presigned")["Body"].read() == b"body"
    for tampered in (url.replace("clients/presigned", "clients/other"), url[:-1] + ("0" if url[-1] != "0" else "1")):
        try:
            urllib.request.urlopen(urllib.request.Request(tampered, b"body", headers, method="PUT"))
        except urllib.error.HTTPError as error:
            assert error.code == 403 and b"SignatureDoesNotMatch" in error.read()
        else:
            raise AssertionError("it was answered")


def raises(exception, call, **arguments):
    try:
        call(**arguments)
    except exception as error:
        return error
    raise AssertionError(f"no {exception.__name__}")


@check("refusals of S3 by their types")
def _():
    raises(s3.exceptions.NoSuchKey, s3.get_object, Bucket=RESULTS, Key="clients/nothing")
    raises(s3.exceptions.NoSuchBucket, s3.list_objects_v2, Bucket="lectern-nothing")
    upload = dict(Bucket=RESULTS, Key="clients/nothing", UploadId="unknown")
    raises(s3.exceptions.NoSuchUpload, s3.upload_part, **upload, PartNumber=1, Body=b"x")
    refused("404", s3.head_object, Bucket=RESULTS, Key="clients/nothing")
    refused("InvalidRange", s3.get_object, Bucket=RESULTS, Key="clients/page/0", Range="bytes=1-")
    refused("PreconditionFailed", s3.put_object, Bucket=RESULTS, Key="clients/page/0", IfNoneMatch="*", Body=b"y")
    refused("304", s3.get_object, Bucket=RESULTS, Key="clients/page/0", IfNoneMatch="*")
    refused("KeyTooLongError", s3.put_object, Bucket=RESULTS, Key="k" * 1025, Body=b"x")
    refused("BadDigest", s3.put_object, Bucket=RESULTS, Key="clients/bad", Body=b"x", ChecksumSHA1="A" * 27 + "=")


@check("waiters and versions of S3")
def _():
    bucket, key = "lectern-uploads", "clients/boto3-versions"
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)
    ids = [s3.put_object(Bucket=bucket, Key=key, Body=body)["VersionId"] for body in (b"one", b"two")]
    s3.get_waiter("object_exists").wait(Bucket=bucket, Key=key)
    s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": key, "VersionId": ids[0]})
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"one"
    s3.delete_object(Bucket=bucket, Key=key)
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key=key)
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, Prefix=key, PaginationConfig={"PageSize": 1}
    )
    found = [item for page in pages for item in page.get("Versions", []) + page.get("DeleteMarkers", [])]
    assert len(found) == 4, found
    named = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
    deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": named})
    assert len(deleted["Deleted"]) == 4 and "Errors" not in deleted, deleted


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


@check("refusals of SQS by their types")
def _():
    errors = sqs.exceptions
    raises(errors.QueueDoesNotExist, sqs.get_queue_url, QueueName="nothing")
    queue = sqs.get_queue_url(QueueName="lectern-lesson-plans")["QueueUrl"]
    raises(errors.ReceiptHandleIsInvalid, sqs.delete_message, QueueUrl=queue, ReceiptHandle="rubbish")
    raises(errors.EmptyBatchRequest, sqs.send_message_batch, QueueUrl=queue, Entries=[])
    raises(errors.InvalidMessageContents, sqs.send_message, QueueUrl=queue, MessageBody="\uffff")
    eleven = [{"Id": str(number), "ReceiptHandle": "x"} for number in range(11)]
    raises(errors.TooManyEntriesInBatchRequest, sqs.delete_message_batch, QueueUrl=queue, Entries=eleven)
    refused("InvalidParameterValue", sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=21)
    refused("InvalidParameterValue", sqs.send_message, QueueUrl=queue, MessageBody="x", DelaySeconds=901)
    refused("InvalidParameterValue", sqs.send_message, QueueUrl=queue, MessageBody="x" * (1 << 20) + "x")
    raises(errors.UnsupportedOperation, sqs.create_queue, QueueName="another")
    raises(errors.PurgeQueueInProgress, sqs.purge_queue, QueueUrl=queue.replace("lesson-plans", "videos"))
    pages = sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 2})
    assert queue in [url for page in pages for url in page["QueueUrls"]]


@check("refusals of DynamoDB by their types")
def _():
    client, table = documents.meta.client, documents.name
    errors = client.exceptions
    item, condition = {"document_id": "never"}, "attribute_exists(document_id)"
    raises(
        errors.ConditionalCheckFailedException, client.put_item, TableName=table, Item=item, ConditionExpression=condition
    )
    put = {"Put": {"TableName": table, "Item": item, "ConditionExpression": condition}}
    canceled = raises(errors.TransactionCanceledException, client.transact_write_items, TransactItems=[put])
    assert canceled.response["CancellationReasons"][0]["Code"] == "ConditionalCheckFailed", canceled.response
    raises(errors.ResourceNotFoundException, client.get_item, TableName="nothing", Key=item)
    refused("ValidationException", client.get_item, TableName=table, Key={"another": "x"})
    pad = {"document_id": "never", "padding": "x" * 409_600}
    refused("ValidationException", client.put_item, TableName=table, Item=pad)
    client.get_waiter("table_exists").wait(TableName=table)
    pages = client.get_paginator("scan").paginate(TableName=table, PaginationConfig={"PageSize": 1})
    assert all(found["document_id"] != "never" for page in pages for found in page["Items"])
    assert table in client.list_tables()["TableNames"]


@check("refusals of Step Functions by their types")
def _():
    machine = "arn:aws:states:eu-central-1:000000000000:stateMachine:lectern-"
    errors = states.exceptions
    raises(errors.StateMachineDoesNotExist, states.start_execution, stateMachineArn=machine + "nothing")
    raises(errors.InvalidArn, states.describe_execution, executionArn="nonsense")
    raises(errors.InvalidExecutionInput, states.start_execution, stateMachineArn=machine + "overdue", input="{")
    missing = machine.replace("stateMachine", "execution") + "overdue:nothing"
    raises(errors.ExecutionDoesNotExist, states.describe_execution, executionArn=missing)
    raises(errors.InvalidToken, states.send_task_success, taskToken="nonsense", output="{}")
    pages = states.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 1})
    names = [found["name"] for page in pages for found in page["stateMachines"]]
    assert "lectern-overdue" in names, names


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
