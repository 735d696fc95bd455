"""GitHub's way in: two roles by OIDC, so that no long-lived key exists anywhere."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from spaceport_aws.access.grants import Grant
from spaceport_aws.stacks.base import Plan, SpaceportStack, role_of

ISSUER = "token.actions.githubusercontent.com"
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
            self, "GitHub", url=f"https://{ISSUER}", client_id_list=[AUDIENCE]
        )
        deploy = [self._bootstrap("deploy"), self._bootstrap("file-publishing"), *self._images()]
        main = f"repo:{repository}:ref:refs/heads/main"
        pull = f"repo:{repository}:pull_request"
        self._role("Deploy", main, [*deploy, self._bootstrap("lookup")])
        self._role("Diff", pull, [self._bootstrap("lookup")])

    def _role(self, construct_id: str, subject: str, grants: list[Grant]) -> None:
        named = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}
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
        names = self.plan.names
        repositories = names.arn("ecr", f"repository/{names.of('spaceport-')}*")
        return [
            Grant(
                tuple(f"ecr:{action}" for action in PUSHES),
                (repositories,),
                why="this deployment's images, one repository per stage",
            ),
            Grant(("ecr:GetAuthorizationToken",), ("*",), why="a login has no resource"),
        ]
