"""What CloudFormation refuses of the template before anything is created, with a sentence that says what to set."""

import json

from botocore.exceptions import ClientError, WaiterError

from package import BUCKET, put
from stack import CAPABILITIES, WAIT

NAME = "lectern-refused"
SECRET = "whsec_dGhpcnR5LXR3by1ieXRlcy1hcmUtbG9uZy1lbm91Z2g="
GOOD = {
    "BucketPrefix": NAME,
    "PageOrigin": "https://lectern.example.org",
    "ProcessorUrl": "https://processor.example.org",
    "ProcessorToken": "token",
    "CallbackSecrets": SECRET,
    "FetchHosts": "files.processor.example.org",
}
# The change to parameters that are good, None being left out, and what is said of it.
WRONG = [
    ({"ProcessorUrl": None}, "'ProcessorUrl' has no Default"),
    ({"ProcessorUrl": "http://processor.example.org"}, "Set ProcessorUrl to the processor's base URL, which begins with https://"),
    ({"CallbackSecrets": SECRET[:-4]}, "Set CallbackSecrets to whsec_ and the base64 of 32 to 64 random bytes"),
    ({"Stage": "test"}, "not in AllowedValues: ['dev', 'staging', 'prod']"),
    ({"Stage": "staging", "FetchLoopback": "true"}, "Set FetchLoopback to false"),
    ({"Stage": "prod"}, "Set GradualReleases to true"),
    ({"OidcIssuer": "https://issuer.example.org"}, "Set both OidcIssuer and OidcClientId"),
]


def refused(stack):
    """Tries each on the template of a stack that is there; answers with what was said."""
    body = stack.cloudformation.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    s3 = stack.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    put(s3, "refused.json", (body if isinstance(body, str) else json.dumps(body)).encode())
    template, said = f"{stack.endpoint}/{BUCKET}/refused.json", []
    before = resources(stack)
    for change, sentence in WRONG:
        try:
            change_set(stack, template, GOOD | change)
            raise SystemExit(f"{change} is not refused")
        except ClientError as refusal:
            message = refusal.response["Error"]["Message"]
        assert sentence in message, f"{change}: {message}"
        assert change.get("CallbackSecrets", " none") not in message, message
        said.append(f"{shown(change)}: {message}")
    said.append(f"a BucketPrefix whose buckets are there: {taken(stack, template)}")
    assert resources(stack) == before
    return said


def shown(change):
    words = {None: "left out", SECRET[:-4]: "too short"}
    return ", ".join(f"{name} {words.get(value, value)}" for name, value in change.items())


def taken(stack, template):
    """Tries the names of the buckets that are there; answers with what was said."""
    prefix = stack.physical("UploadsBucket").removesuffix("-uploads")
    change_set(stack, template, GOOD | {"BucketPrefix": prefix})
    try:
        stack.cloudformation.get_waiter("change_set_create_complete").wait(StackName=NAME, ChangeSetName=NAME, WaiterConfig=WAIT)
        stack.cloudformation.execute_change_set(StackName=NAME, ChangeSetName=NAME)
        stack.cloudformation.get_waiter("stack_create_complete").wait(StackName=NAME, WaiterConfig=WAIT)
        raise SystemExit("buckets that are there are made again")
    except WaiterError:
        events = stack.cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
    assert {event["LogicalResourceId"] for event in events} == {NAME}, events
    return next(event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED")


def change_set(stack, template, parameters):
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items() if value is not None]
    stack.cloudformation.create_change_set(
        StackName=NAME, ChangeSetName=NAME, ChangeSetType="CREATE", TemplateURL=template, Capabilities=CAPABILITIES, Parameters=given,
    )


def resources(stack):
    """Whatever a stack would make first, by its names."""
    return [
        stack.client("s3").list_buckets()["Buckets"], stack.client("sqs").list_queues()["QueueUrls"],
        stack.client("dynamodb").list_tables()["TableNames"], stack.client("iam").list_roles()["Roles"],
    ]
