"""The stack in CloudFormation: made, changed and deleted by change sets, as `sam deploy` does."""

import boto3
from botocore.config import Config

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
# A stack of this size takes seconds here.
WAIT = {"Delay": 1, "MaxAttempts": 180}


class Stack:
    def __init__(self, endpoint, name="lectern"):
        self.endpoint, self.name = endpoint, name
        self.cloudformation = self.client("cloudformation")

    def client(self, service):
        config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        return boto3.client(service, endpoint_url=self.endpoint, config=config)

    def deploy(self, template_url, parameters, kind):
        """Makes (`CREATE`) or changes (`UPDATE`) the stack and waits until that is done."""
        names = {"StackName": self.name, "ChangeSetName": f"referee-{kind.lower()}"}
        self.cloudformation.create_change_set(
            **names, ChangeSetType=kind, TemplateURL=template_url, Capabilities=CAPABILITIES,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        try:
            self.cloudformation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig=WAIT)
            self.cloudformation.execute_change_set(**names)
            self.cloudformation.get_waiter(f"stack_{kind.lower()}_complete").wait(StackName=self.name, WaiterConfig=WAIT)
        except Exception as error:
            raise SystemExit(f"the stack cannot be deployed: {error}\n{self.reasons()}") from error

    def reasons(self):
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        wrong = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
        return "\n".join(f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in wrong)

    def delete(self):
        self.cloudformation.delete_stack(StackName=self.name)
        self.cloudformation.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig=WAIT)

    def resources(self, kind):
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        every = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in every if r["ResourceType"] == kind}

    def physical(self, logical):
        resource = self.cloudformation.describe_stack_resource(StackName=self.name, LogicalResourceId=logical)
        return resource["StackResourceDetail"]["PhysicalResourceId"]
