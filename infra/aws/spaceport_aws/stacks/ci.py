"""GitHub's way in: two roles by OIDC, so that no long-lived key exists anywhere."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from spaceport_aws.access.grants import Grant
from spaceport_aws.names import BUCKETS, GITHUB
from spaceport_aws.stacks.base import Plan, SpaceportStack, role_of

AUDIENCE = "sts.amazonaws.com"
PUSHES = (
    "BatchCheckLayerAvailability",
    "CompleteLayerUpload",
    "InitiateLayerUpload",
    "PutImage",
    "UploadLayerPart",
)


class Ci(SpaceportStack):
    """main deploys and pushes images; a pull request may only look."""

    def __init__(self, scope: Construct, plan: Plan, repository: str) -> None:
        super().__init__(scope, "Ci", plan, "Spaceport: GitHub's roles")
        self._provider = iam.CfnOIDCProvider(
            self, "GitHub", url=f"https://{GITHUB}", client_id_list=[AUDIENCE]
        )
        deploy = [self._bootstrap("deploy"), self._bootstrap("file-publishing")]
        deploy += [*self._images(), *self._looking()]
        main = f"repo:{repository}:ref:refs/heads/main"
        pull = f"repo:{repository}:pull_request"
        self._role("Deploy", main, [*deploy, self._bootstrap("lookup")])
        self._role("Diff", pull, [self._bootstrap("lookup")])

    def _role(self, construct_id: str, subject: str, grants: list[Grant]) -> None:
        named = {f"{GITHUB}:aud": AUDIENCE, f"{GITHUB}:sub": subject}
        principal = iam.FederatedPrincipal(
            self._provider.attr_arn, {"StringEquals": named}, "sts:AssumeRoleWithWebIdentity"
        )
        role = role_of(self, construct_id, principal, grants, f"Spaceport: GitHub, {subject}")
        cdk.CfnOutput(self, f"{construct_id}Arn", value=role.role_arn)

    def _bootstrap(self, what: str) -> Grant:
        """The CDK's own roles do the work; GitHub's may only become them."""
        names = self.plan.names
        role = f"role/cdk-hnb659fds-{what}-role-{names.account}-{names.region}"
        return Grant(("sts:AssumeRole",), (f"arn:{names.partition}:iam::{names.account}:{role}",))

    def _images(self) -> list[Grant]:
        return [
            Grant(tuple(f"ecr:{action}" for action in PUSHES), self._repositories()),
            Grant(("ecr:GetAuthorizationToken",), ("*",), why="a login has no resource"),
        ]

    def _repositories(self) -> tuple[str, ...]:
        """One a stage; another deployment's begin alike and are not among them."""
        names = self.plan.names
        return tuple(
            names.arn("ecr", f"repository/{names.of(f'spaceport-{stage}')}")
            for stage in self.plan.deployment.machines
        )

    def _looking(self) -> list[Grant]:
        """What `make deploy` asks before it creates anything (`preflight.py`)."""
        plan, names = self.plan, self.plan.names
        stacks = names.arn("cloudformation", f"stack/{plan.deployment.stack_prefix}-*/*")
        tables = (names.arn("dynamodb", f"table/{names.of(t.name)}") for t in plan.topology.tables)
        buckets = (f"{names.bucket_arn()}{suffix}" for suffix in BUCKETS)
        return [
            Grant(("cloudformation:DescribeStacks",), (stacks,), why="a stack's ARN ends in an id"),
            Grant(("s3:ListBucket",), tuple(buckets)),
            Grant(("dynamodb:DescribeTable",), tuple(tables)),
            Grant(("ecr:DescribeRepositories",), self._repositories()),
            Grant(
                ("ses:GetIdentityVerificationAttributes",),
                ("*",),
                why="SES knows no resource for the question who is verified",
            ),
        ]
