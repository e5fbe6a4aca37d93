"""A function as it is usually written in Python, run by the runtime client that Lambda's own runtime uses."""

import os

import boto3

s3 = boto3.client("s3")
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    key = {"document_id": {"S": event["document_id"]}}
    answer = dynamodb.get_item(TableName=os.environ["DOCUMENTS_TABLE"], Key=key, ConsistentRead=True)
    return {"known": "Item" in answer}
