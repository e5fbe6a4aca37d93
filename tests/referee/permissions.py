"""MiniStack holds every call against the roles of the template. Two of its judgements differ from AWS's, or from what is here."""

import json

ANSWERS = {"states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"}


def adapted(stack):
    """Changes what has to be changed; answers with what that was."""
    s3 = stack.client("s3")
    buckets = stack.resources("AWS::S3::Bucket").values()
    for bucket in buckets:
        # It refuses what does not come over TLS, and MiniStack is spoken to over plain HTTP.
        s3.delete_bucket_policy(Bucket=bucket)
    iam, widened = stack.client("iam"), []
    for role in stack.resources("AWS::IAM::Role").values():
        answers = sorted(ANSWERS & granted(iam, role))
        if answers:
            # AWS asks for the state machine whose token it is; MiniStack, which does not look the token up, for "*".
            statement = {"Effect": "Allow", "Action": answers, "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_role_policy(RoleName=role, PolicyName="referee", PolicyDocument=document)
            widened.append(role)
    return [
        f"the policies of {len(buckets)} buckets: they want TLS, which is not spoken here",
        f"answers to machines of {len(widened)} roles for every machine: MiniStack does not see whose token it is",
    ]


def granted(iam, role):
    """The actions that a role is allowed."""
    actions = set()
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        document = json.loads(document) if isinstance(document, str) else document
        for statement in document["Statement"]:
            action = statement["Action"]
            actions.update([action] if isinstance(action, str) else action)
    return actions
