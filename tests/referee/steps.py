"""What each command of the guide needs to be run here, and what shows that it did what the guide says."""

import json
import platform
import time
import urllib.error
import urllib.parse
import urllib.request

import callbacks
from package import ARCHITECTURES, of_release
from permissions import adapted
from refusals import refused
from routes import imported

KEY = "inbox/school-1/plan.md"
BROKEN = "inbox/school-1/broken.md"
CLIENT = "lectern-local"
# A published version keeps the parameters that it was published with, and the second deployment has another one.
RELEASE = "0000000002"
# Far more than anything takes: machines that run tests are busy.
WAIT_SECONDS = 240


def eventually(what, look):
    """Answers with the first that `look` finds; an AssertionError is looked at again."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return look()
        except AssertionError as seen:
            if time.monotonic() > end:
                raise SystemExit(f"{what}: not within {WAIT_SECONDS} s; last seen: {seen}") from seen
        time.sleep(0.2)


class Steps:
    """The account as it is in between: each step answers with what was seen."""

    def __init__(self, lectern, stack, processes, shell, scale):
        self.lectern, self.stack, self.processes, self.shell, self.scale = lectern, stack, processes, shell, scale
        self.s3, self.dynamodb, self.cognito = map(stack.client, ["s3", "dynamodb", "cognito-idp"])
        self.processor, self.port, self.changed = None, "0", []
        self.token = "the-token-of-the-guide"
        self.template = shell.folder / ".aws-sam/build/template.yaml"

    # The processor, which takes what the guide says it is given.

    def start_processor(self, secret):
        if self.processor:
            self.processes.end(self.processor)
        self.processor, url = self.processes.serving("processor", [
            self.lectern, "processor", "--port", self.port, "--scriptable", "--token", self.token, "--secret", secret,
            "--data-dir", self.processes.folder / "processor",
        ])
        self.port = str(urllib.parse.urlsplit(url).port)
        self.secret = secret

    def makes_a_secret(self, command):
        self.shell.run(command)
        self.start_processor(self.shell.run('echo "$secret"'))
        return "the processor takes it"

    # Deploying.

    def deploys(self, command):
        here = {
            "https://processor.example.org": f"http://127.0.0.1:{self.port}",
            "files.processor.example.org": "127.0.0.1",
            '"Stage=dev': f'"Stage=dev Architecture={ARCHITECTURES[platform.machine()]} FetchLoopback=true TimeScale={self.scale}',
        }
        for there, instead in here.items():
            assert there in command, there
            command = command.replace(there, instead)
        self.asks_another_issuer()
        self.shell.run(command)
        assert self.status() == "CREATE_COMPLETE", self.status()
        api, by_hand = imported(self.stack)
        self.api = f"{self.stack.endpoint}/_aws/execute-api/{api}"
        self.changed.append(by_hand)
        self.bucket = self.stack.physical("UploadsBucket")
        return "the stack is made; then other parameters are tried:\n         " + "\n         ".join(refused(self.stack))

    def asks_another_issuer(self):
        """Tokens of a user pool name Cognito's own address, at which nothing answers here."""
        self.issuer = self.processes.ready("issuer", [self.lectern, "issuer", "--port", "0", "--client-id", CLIENT])
        template = json.loads(self.template.read_text())
        variables = template["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
        assert {"OIDC_ISSUER", "OIDC_CLIENT_ID"} <= set(variables), variables
        variables |= {"OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": CLIENT}
        self.template.write_text(json.dumps(template))
        self.changed.append("ApiFunction asks `lectern issuer`: nothing here is at the address that a user pool's tokens name")

    def deploys_again(self, command):
        # MiniStack's own names end in `.localhost`, which not every resolver knows.
        self.template.write_text(of_release(self.template.read_text(), RELEASE))
        self.shell.run(command.replace("PageOrigin=", f"CallbackUrl={self.api}/callbacks/processor Release={RELEASE} PageOrigin="))
        assert self.status() == "UPDATE_COMPLETE", self.status()
        [rule] = self.s3.get_bucket_cors(Bucket=self.bucket)["CORSRules"]
        assert rule["AllowedOrigins"] == [self.output("Endpoint")], rule
        self.changed += adapted(self.stack)
        return f"the buckets take uploads from the pages at {rule['AllowedOrigins'][0]}"

    def runs(self, command):
        self.shell.run(command)
        return "and is used below"

    def tells_outputs(self, command):
        said = self.shell.run(command).splitlines()
        self.pool = self.stack.physical("UserPool")
        assert said == [self.output("Endpoint"), self.output("CallbackUrl")], said
        return ", ".join(said)

    def output(self, name):
        [stack] = self.stack.cloudformation.describe_stacks(StackName=self.stack.name)["Stacks"]
        return next(output["OutputValue"] for output in stack["Outputs"] if output["OutputKey"] == name)

    def status(self):
        [stack] = self.stack.cloudformation.describe_stacks(StackName=self.stack.name)["Stacks"]
        return stack["StackStatus"]

    # People and documents.

    def creates_a_user(self, command):
        self.shell.run(command)
        user = self.cognito.admin_get_user(UserPoolId=self.pool, Username="first")
        assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD", user
        return "and has to choose a password"

    def adds_to_groups(self, command):
        self.shell.run(command)
        groups = self.cognito.admin_list_groups_for_user(UserPoolId=self.pool, Username="first")["Groups"]
        names = [group["GroupName"] for group in groups]
        assert set(command.splitlines()[0].split()[3:]) <= set(names), names
        return f"is in {', '.join(names)}"

    def hands_in(self, command):
        self.shell.run(command)
        self.document = self.becomes(KEY, "ready")
        return "becomes ready"

    def item(self, key):
        items = self.dynamodb.scan(TableName=f"{self.stack.name}-documents")["Items"]
        found = [item for item in items if item["key"]["S"] == key]
        assert len(found) == 1, f"{len(found)} documents of {key}"
        return found[0]

    def becomes(self, key, status, revision=None):
        def look():
            item = self.item(key)
            assert item["status"]["S"] == status, item["status"]
            assert revision in (None, item["revision"]["M"]["id"]["S"]), item["revision"]
            return item
        return eventually(f"{key} becomes {status}", look)

    # Secrets.

    def rotates(self, command):
        old, new = self.secret, callbacks.secret()
        if "whsec_OLD" not in command:
            new = self.new_secret
        self.shell.run(command.replace("whsec_NEW", new).replace("whsec_OLD", old))
        self.new_secret = new
        self.is_accepted(new)
        if "whsec_OLD" in command:
            self.is_accepted(old)
            self.start_processor(new)
            return "callbacks that are signed with either are taken; the processor signs with the new one from now on"
        return "callbacks that are signed with the new one are taken"

    def is_accepted(self, secret):
        reference = self.document["attempts"]["L"][-1]["M"]["reference"]["S"]

        def look():
            status = callbacks.sent(f"{self.api}/callbacks/processor", secret, reference)
            assert status == 202, status
        eventually("a callback is taken", look)
        assert callbacks.sent(f"{self.api}/callbacks/processor", callbacks.secret(), reference) == 401

    def changes_token(self, command):
        self.token = "the-new-token-of-the-guide"
        self.shell.run(command.replace("TOKEN", self.token))
        self.start_processor(self.secret)
        self.s3.copy_object(Bucket=self.bucket, Key="inbox/school-1/token.md", CopySource=f"{self.bucket}/{KEY}")
        self.becomes("inbox/school-1/token.md", "ready")
        return "a document becomes ready with a processor that takes the new one only"

    # Redriving.

    def signs_in(self, command):
        form = urllib.parse.urlencode({"grant_type": "password", "username": "operator", "client_id": CLIENT})
        with urllib.request.urlopen(f"{self.issuer}/token", data=form.encode()) as answer:
            token = json.load(answer)["access_token"]
        self.shell.run(command.replace("LECTERN_TOKEN=…", f"LECTERN_TOKEN={token}"))
        script = json.dumps({"match": "broken", "answers": [422]}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/script", script, {
            "authorization": f"Bearer {self.token}", "content-type": "application/json",
        })
        urllib.request.urlopen(request).close()
        self.s3.copy_object(Bucket=self.bucket, Key=BROKEN, CopySource=f"{self.bucket}/{KEY}")
        self.failed = self.becomes(BROKEN, "failed")
        return "of the issuer here; then the processor refuses a document"

    def tells_failures(self, command):
        said = self.shell.run(self.at_api(command))
        assert self.failed["cause"]["S"] in said and self.failed["document_id"]["S"] in said, said
        return said.splitlines()[0].strip()

    def redrives(self, command):
        cause = self.failed["cause"]["S"]
        said = self.shell.run(self.at_api(command.replace("processor-unreachable/http-503", cause)))
        assert self.failed["document_id"]["S"] in said, said
        if "--dry-run" in command:
            assert "would be redriven" in said and self.item(BROKEN) == self.failed, said
            return "says so, and does nothing"
        self.becomes(BROKEN, "ready")
        return f"what failed for {cause} becomes ready"

    def at_api(self, command):
        return command.replace("--url https://…", f"--url {self.api}")

    # Restoring.

    def lists_versions(self, command):
        self.version = self.document["revision"]["M"]["id"]["S"]
        self.marker = self.s3.delete_object(Bucket=self.bucket, Key=KEY)["VersionId"]
        said = self.shell.run(command)
        assert self.version in said and self.marker in said, said
        return "has the version, and the marker after it was deleted"

    def restores_deleted(self, command):
        self.shell.run(command.replace("MARKER", self.marker))
        assert self.s3.head_object(Bucket=self.bucket, Key=KEY)["VersionId"] == self.version
        return "it is the latest again"

    def restores_overwritten(self, command):
        original = self.s3.get_object(Bucket=self.bucket, Key=KEY)["Body"].read()
        overwritten = self.s3.put_object(Bucket=self.bucket, Key=KEY, Body=b"# Something else\n")["VersionId"]
        self.becomes(KEY, "ready", overwritten)
        self.shell.run(command.replace("VERSION", self.version))
        latest = self.s3.get_object(Bucket=self.bucket, Key=KEY)
        assert latest["Body"].read() == original
        self.document = self.becomes(KEY, "ready", latest["VersionId"])
        return "it becomes ready again, as a newer revision"

    def restores_register(self, command):
        self.document = self.item(KEY)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self.shell.run(command.replace("2026-01-31T12:00:00Z", now))
        self.changed.append("a table is restored as it is now: MiniStack does not look at --restore-date-time")
        return "a new table"

    def reads_restored(self, command):
        self.dynamodb.delete_item(TableName=f"{self.stack.name}-documents", Key={"document_id": self.document["document_id"]})
        self.shell.run(command.replace('"ID"', f'"{self.document["document_id"]["S"]}"'))
        return "has a document that is gone from the register"

    def puts_back(self, command):
        self.shell.run(command)
        assert self.item(KEY) == self.document
        return "it is there as before"

    def drops_restored(self, command):
        self.shell.run(command)
        eventually("the table goes", lambda: self.has_tables("documents", "notes"))
        return "the register is left alone"

    def has_tables(self, *names):
        tables = self.dynamodb.list_tables()["TableNames"]
        assert tables == [f"{self.stack.name}-{name}" for name in names], tables

    # Leaving.

    def unprotects(self, command):
        protected = {"StackName": self.stack.name, "EnableTerminationProtection": True}
        self.stack.cloudformation.update_termination_protection(**protected)
        try:
            self.stack.cloudformation.delete_stack(StackName=self.stack.name)
            raise SystemExit("a stack that is protected can be deleted")
        except self.stack.cloudformation.exceptions.ClientError as refusal:
            said = refusal.response["Error"]["Message"]
        self.shell.run(command)
        return f"before, “{said}”"

    def deletes_stack(self, command):
        kept = {bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]}
        self.shell.run(command)
        assert {bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]} == kept
        self.has_tables("documents", "notes")
        assert self.cognito.describe_user_pool(UserPoolId=self.pool)["UserPool"]["Id"] == self.pool
        assert self.item(KEY) == self.document
        for service, operation, found in [
            ("lambda", "list_functions", "Functions"), ("sqs", "list_queues", "QueueUrls"),
            ("stepfunctions", "list_state_machines", "stateMachines"), ("secretsmanager", "list_secrets", "SecretList"),
        ]:
            left = getattr(self.stack.client(service), operation)().get(found, [])
            assert not left, left
        return "functions, queues, machines and secrets are gone; buckets, tables and user pool are there"

    def empties(self, command):
        self.shell.run(command)
        listed = self.s3.list_object_versions(Bucket=self.bucket)
        assert not listed.get("Versions") and not listed.get("DeleteMarkers"), listed
        return "the uploads bucket has no version of anything"

    def removes_buckets(self, command):
        self.shell.run(command)
        names = [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]
        assert not [name for name in names if name.startswith("lectern-") and name != "lectern-artifacts"], names
        return "no bucket is left"

    def removes_tables(self, command):
        self.shell.run(command)
        eventually("the tables go", self.has_tables)
        return "no table is left"

    def removes_pool(self, command):
        self.shell.run(command)
        pools = self.cognito.list_user_pools(MaxResults=10)["UserPools"]
        assert not pools, pools
        return "no user pool is left"


# By how a command begins.
STEPS = {
    "secret=": Steps.makes_a_secret,
    'sam deploy --parameter-overrides "Stage=dev': Steps.deploys,
    "output() {": Steps.runs,
    "pool=": Steps.tells_outputs,
    'sam deploy --parameter-overrides "PageOrigin=$(output Endpoint)"': Steps.deploys_again,
    "aws cognito-idp admin-create-user": Steps.creates_a_user,
    "for group in": Steps.adds_to_groups,
    "aws s3 cp plan.md": Steps.hands_in,
    "aws secretsmanager put-secret-value --secret-id lectern-dev-callback-secrets": Steps.rotates,
    "aws secretsmanager put-secret-value --secret-id lectern-dev-processor-token": Steps.changes_token,
    "export LECTERN_TOKEN=": Steps.signs_in,
    "lectern failed": Steps.tells_failures,
    "lectern redrive": Steps.redrives,
    "bucket=": Steps.runs,
    "aws s3api list-object-versions": Steps.lists_versions,
    "aws s3api delete-object ": Steps.restores_deleted,
    "aws s3api copy-object": Steps.restores_overwritten,
    "aws dynamodb restore-table-to-point-in-time": Steps.restores_register,
    "aws dynamodb wait": Steps.runs,
    "aws dynamodb get-item": Steps.reads_restored,
    "aws dynamodb put-item": Steps.puts_back,
    "aws dynamodb delete-table --table-name lectern-dev-restored": Steps.drops_restored,
    "prefix=": Steps.runs,
    "aws cloudformation update-termination-protection": Steps.unprotects,
    "sam delete": Steps.deletes_stack,
    "while ": Steps.empties,
    "for bucket in": Steps.removes_buckets,
    "for table in": Steps.removes_tables,
    "aws cognito-idp delete-user-pool": Steps.removes_pool,
}
