"""What things are called in one deployment, so that stacks find each other without exports.

A stack that names another one's resources does not lock them, and is deployed without it.
"""

from dataclasses import dataclass

from spaceport_runtime.service import named

GITHUB = "token.actions.githubusercontent.com"  # who vouches for GitHub's workflows
BUCKETS = ("", "-logs", "-web", "-web-logs")  # behind the bucket's name


@dataclass(frozen=True)
class Names:
    """Names and ARNs of one deployment; `account` and `partition` may be CDK tokens."""

    deployment: str
    region: str
    account: str
    partition: str = "aws"

    def of(self, logical: str) -> str:
        """`spaceport-sfm` of the topology -> its name in this deployment."""
        return named(logical, self.deployment)

    @property
    def bucket(self) -> str:
        """Bucket names are the world's: the account and the region make ours unique."""
        return f"{self.deployment}-{self.account}-{self.region}"

    @property
    def sign_in(self) -> str:
        """Before `.auth.REGION.amazoncognito.com`: the world's per region, too."""
        return f"{self.deployment}-{self.account}"

    def parameter(self, key: str) -> str:
        """The SSM parameter through which a stack tells the others what AWS named for it."""
        return f"/{self.deployment}/{key}"

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def bucket_arn(self, key: str = "") -> str:
        """The bucket, or objects in it."""
        base = f"arn:{self.partition}:s3:::{self.bucket}"
        return f"{base}/{key}" if key else base

    def image(self, service: str, tag: str) -> str:
        """Where a job's image lies in ECR."""
        host = f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"
        return f"{host}/{self.of(f'spaceport-{service}')}:{tag}"

    @property
    def alarm_topic_arn(self) -> str:
        """Where alarms go."""
        return self.arn("sns", self.of("spaceport-alarms"))
