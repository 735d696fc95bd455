"""Look before a deployment creates anything: names that are taken, a sender that SES refuses.

`python -m spaceport_aws.preflight -c region=... -c mailIdentity=...`, with credentials.
"""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.exceptions import ClientError

from spaceport_aws.context import arguments, context_of
from spaceport_aws.names import Names
from spaceport_aws.settings import Deployment, read_settings
from spaceport_runtime.errors import UserError
from spaceport_topology.services import SERVICES


def troubles(deployment: Deployment, names: Names, session: Any) -> Iterator[str]:
    """What would make the deployment fail half-way, one sentence each."""
    if not _has_stack(f"{deployment.stack_prefix}-Foundation", session.client("cloudformation")):
        yield from _taken(names, session.client("s3"))
    yield from _unverified(deployment.mail_identity, session.client("ses"))


def _has_stack(name: str, cloudformation: Any) -> bool:
    try:
        cloudformation.describe_stacks(StackName=name)
    except ClientError:  # CloudFormation answers an unknown name with a ValidationError
        return False
    return True


def _taken(names: Names, s3: Any) -> Iterator[str]:
    for bucket in (names.bucket, f"{names.bucket}-logs", f"{names.bucket}-web"):
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                continue
        yield (
            f"The bucket {bucket} exists already: it was kept from an earlier deployment or is "
            "somebody else's. Empty and delete it, or choose another -c stage=..."
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
    session: Any = boto3.Session(region_name=deployment.region)
    account = session.client("sts").get_caller_identity()["Account"]
    found = list(troubles(deployment, Names(deployment.name, deployment.region, account), session))
    for trouble in found:
        print(trouble, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
