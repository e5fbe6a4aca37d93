"""Code, definitions and the template that names them: in a bucket, as after `sam package`, or in a folder, much as after `sam build`."""

import io
import json
import os
import pathlib
import platform
import subprocess
import tempfile
import zipfile

from samtranslator.yaml_helper import yaml_parse

BUCKET = "lectern-artifacts"
# The statement that refuses what does not come over TLS, in every policy that has one.
ONLY_OVER_TLS = "OnlyOverTls"
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}


def packaged(repository, binaries, s3, release, left_out):
    """Answers with the addresses of the packaged template without a release and with this one; appends to `left_out` what the
    referee cannot make."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]})
    archives = {}

    def code(binary):
        if binary not in archives:
            archives[binary] = put(s3, f"{binary}.zip", archive(binaries / binary))
        return archives[binary]

    template = makeable(repository, code, lambda place: put(s3, place.name, place.read_bytes()), left_out)
    put(s3, "first.json", template.encode())
    put(s3, "second.json", of_release(template, release).encode())
    return [f"{s3.meta.endpoint_url}/{BUCKET}/{name}.json" for name in ("first", "second")]


def built(repository, binaries, folder, left_out):
    """Makes the folder what `sam build` leaves, with a zip for each binary: a folder is compressed anew by every deployment."""
    folder.mkdir(parents=True)

    def code(binary):
        place = folder / f"{binary}.zip"
        if not place.exists():
            place.write_bytes(archive(binaries / binary))
        return place.name

    (folder / "template.yaml").write_text(makeable(repository, code, str, left_out))


def of_release(template, release):
    """The template's text with the release in the places of its parameter."""
    return template.replace(json.dumps({"Ref": "Release"}), json.dumps(release))


def makeable(repository, code, definition, left_out):
    """The template's text without what the referee cannot make; `code` and `definition` say where functions and machines lie."""
    place = repository / "infra" / "template.yaml"
    template = yaml_parse(place.read_text())
    # The binaries are this machine's.
    template["Globals"]["Function"]["Architectures"] = [ARCHITECTURES[platform.machine()]]
    for name, resource in list(template["Resources"].items()):
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::Serverless::Function":
                properties["CodeUri"] = code(resource["Metadata"]["BuildProperties"]["Binary"])
            case "AWS::Serverless::StateMachine":
                properties["DefinitionUri"] = definition((place.parent / properties["DefinitionUri"]).resolve())
            case "AWS::SQS::QueuePolicy":
                policy = properties["PolicyDocument"]
                policy["Statement"] = [it for it in policy["Statement"] if it["Sid"] != ONLY_OVER_TLS]
                left_out.append(f"{name} without {ONLY_OVER_TLS}: TLS is not spoken here")
            case "AWS::CloudWatch::Alarm" if "Metrics" in properties:
                left_out.append(f"{name} left out: MiniStack knows no alarms on metric math")
                del template["Resources"][name]
    secrets = {name for name, it in template["Resources"].items() if it["Type"] == "AWS::SecretsManager::Secret"}
    left_out.append("secrets are referred to by their Id: MiniStack's Ref gives the name in place of the ARN")
    template["Resources"] = by_id(template["Resources"], secrets)
    left_out.append("a release is written into the template: MiniStack hands SAM no parameters to name versions by")
    return json.dumps(template)


def by_id(part, secrets):
    """The part with the attribute `Id`, which is a secret's ARN too, in place of `Ref`."""
    match part:
        case {"Ref": name} if name in secrets:
            return {"Fn::GetAtt": [name, "Id"]}
        case dict():
            return {key: by_id(value, secrets) for key, value in part.items()}
        case list():
            return [by_id(value, secrets) for value in part]
        case _:
            return part


def put(s3, key, body):
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    return f"s3://{BUCKET}/{key}"


def archive(binary):
    """A zip with the binary as `bootstrap`, without what only debuggers read."""
    with tempfile.NamedTemporaryFile() as stripped:
        subprocess.run(["strip", "-o", stripped.name, binary], check=True)
        content = pathlib.Path(stripped.name).read_bytes()
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", compresslevel=1) as zipped:
        zipped.writestr(entry, content)
    return whole.getvalue()
