"""Look before a deployment creates anything: names that are taken, a sender that SES refuses.

`python -m spaceport_aws.preflight -c region=... -c mailIdentity=...`, with credentials.
"""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from spaceport_aws.context import arguments, context_of
from spaceport_aws.names import GITHUB, Names
from spaceport_aws.settings import Deployment, read_settings
from spaceport_runtime.errors import UserError
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import build_topology

UNKNOWN_STACK = "ValidationError"
ANOTHER = "choose another -c stage=..."


def troubles(deployment: Deployment, names: Names, session: Any) -> Iterator[str]:
    """What would make the deployment fail half-way, one sentence each.

    What was kept from an earlier deployment has the names that a stack would give anew; what a
    stack that exists has made is its own.
    """
    cloudformation = session.client("cloudformation")

    def is_new(part: str) -> bool:
        return not _has_stack(f"{deployment.stack_prefix}-{part}", cloudformation)

    if is_new("Foundation"):
        yield from _buckets(names, ("", "-logs"), session.client("s3"))
        yield from _tables(names, session.client("dynamodb"))
    if is_new("Web"):
        yield from _buckets(names, ("-web", "-web-logs"), session.client("s3"))
    for stage in deployment.machines:
        if is_new(stage.capitalize()):
            yield from _repository(names.of(f"spaceport-{stage}"), session.client("ecr"))
    if deployment.github_repo and is_new("Ci"):
        yield from _provider(session.client("iam"))
    yield from _unverified(deployment.mail_identity, session.client("ses"))


def _has_stack(name: str, cloudformation: Any) -> bool:
    try:
        cloudformation.describe_stacks(StackName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == UNKNOWN_STACK:
            return False
        raise
    return True


def _buckets(names: Names, suffixes: tuple[str, ...], s3: Any) -> Iterator[str]:
    for bucket in (names.bucket + suffix for suffix in suffixes):
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                continue
        yield (
            f"The bucket {bucket} exists already: it was kept from an earlier deployment or is "
            f"somebody else's. Empty and delete it, or {ANOTHER}"
        )


def _tables(names: Names, dynamodb: Any) -> Iterator[str]:
    for spec in build_topology(SERVICES).tables:
        table = names.of(spec.name)
        try:
            dynamodb.describe_table(TableName=table)
        except dynamodb.exceptions.ResourceNotFoundException:
            continue
        yield f"The table {table} was kept from an earlier deployment. Delete it, or {ANOTHER}"


def _repository(name: str, ecr: Any) -> Iterator[str]:
    try:
        ecr.describe_repositories(repositoryNames=[name])
    except ecr.exceptions.RepositoryNotFoundException:
        return
    yield (
        f"The repository {name} was kept from an earlier deployment. Delete it with its images, "
        f"or {ANOTHER}"
    )


def _provider(iam: Any) -> Iterator[str]:
    """An account knows GitHub once."""
    listed = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    if any(each["Arn"].endswith(f"/{GITHUB}") for each in listed):
        yield (
            "This account knows GitHub's sign-in already, and takes it once. Leave -c githubRepo "
            "out, and give roles of your own to the workflows."
        )


def _unverified(identity: str, ses: Any) -> Iterator[str]:
    found = ses.get_identity_verification_attributes(Identities=[identity])
    status = found["VerificationAttributes"].get(identity, {}).get("VerificationStatus")
    if status != "Success":
        yield (
            f"SES does not send for {identity} in this region yet: run `aws ses "
            f"verify-{'email' if '@' in identity else 'domain'}-identity` and answer its mail."
        )


def main() -> int:
    """Print every trouble; 1 when there is one."""
    context = context_of(arguments(__doc__ or "").context)
    try:
        deployment = read_settings(context, SERVICES)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        found = _looked(deployment)
    except (BotoCoreError, ClientError) as error:
        print(f"The account could not be looked at: {error}. Nothing was created.", file=sys.stderr)
        return 1
    for trouble in found:
        print(trouble, file=sys.stderr)
    return 1 if found else 0


def _looked(deployment: Deployment) -> list[str]:
    session: Any = boto3.Session(region_name=deployment.region)
    account = session.client("sts").get_caller_identity()["Account"]
    if deployment.account not in (None, account):
        return [f"These credentials are of account {account}, and -c account={deployment.account}."]
    return list(troubles(deployment, Names(deployment.name, deployment.region, account), session))


if __name__ == "__main__":
    sys.exit(main())
