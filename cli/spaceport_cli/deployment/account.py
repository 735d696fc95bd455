"""The AWS account of a deployment, for its operator: profile, region, stage."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ProfileNotFound

from spaceport_runtime.errors import UserError

FIRST_STAGE = "prod"


@dataclass(frozen=True)
class AccountOptions:
    """What was typed; AWS's own files and variables say the rest."""

    profile: str | None = None
    region: str | None = None
    stage: str = FIRST_STAGE

    @property
    def deployment(self) -> str:
        """What the names of everything begin with (`spaceport_aws.settings`)."""
        return "spaceport" if self.stage == FIRST_STAGE else f"spaceport-{self.stage}"


def session_of(account: AccountOptions) -> Any:
    """A boto3 session; raises UserError without a region or for an unknown profile."""
    import boto3  # noqa: PLC0415

    try:
        session = boto3.Session(profile_name=account.profile, region_name=account.region)
    except ProfileNotFound as error:
        remedy = "Choose one of 'aws configure list-profiles'."
        raise UserError(f"There is no AWS profile '{account.profile}'.", remedy) from error
    if session.region_name is None:
        raise UserError("No AWS region is known.", "Give --region, or set AWS_REGION.")
    if session.get_credentials() is None:
        remedy = "Give --profile, or sign in with 'aws configure'."
        raise UserError("There are no AWS credentials here.", remedy)
    return session
