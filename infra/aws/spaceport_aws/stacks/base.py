"""What all stacks share: the deployment, its names, and how grants become policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct, IConstruct

from spaceport_aws.access.grants import Grant
from spaceport_aws.names import Names
from spaceport_aws.settings import Deployment
from spaceport_topology.wiring import Topology


@dataclass(frozen=True)
class Plan:
    """Everything that stacks are made from."""

    deployment: Deployment
    names: Names
    topology: Topology


class SpaceportStack(cdk.Stack):
    """A stack of one deployment, tagged so that its cost can be told apart."""

    def __init__(self, scope: Construct, part: str, plan: Plan, description: str) -> None:
        deployment = plan.deployment
        super().__init__(
            scope,
            f"{deployment.stack_prefix}-{part}",
            description=description,
            env=cdk.Environment(account=deployment.account, region=deployment.region),
            termination_protection=not deployment.delete_data,
        )
        self.plan = plan
        cdk.Tags.of(self).add("spaceport:deployment", deployment.name)
        cdk.Tags.of(self).add("spaceport:part", part.lower())

    @property
    def data_removal(self) -> cdk.RemovalPolicy:
        """Data outlives its stack unless the person who deploys said otherwise."""
        told = self.plan.deployment.delete_data
        return cdk.RemovalPolicy.DESTROY if told else cdk.RemovalPolicy.RETAIN

    def tell(self, key: str, value: str) -> None:
        """Leave a name that AWS gave where other stacks find it."""
        ssm.StringParameter(
            self,
            f"Told-{key}",
            parameter_name=self.plan.names.parameter(key),
            string_value=value,
        )

    def told(self, key: str) -> str:
        """A name that another stack left."""
        return ssm.StringParameter.value_for_string_parameter(self, self.plan.names.parameter(key))

    def log_group(self, construct_id: str, name: str) -> logs.LogGroup:
        """A log that ends: logs are forgotten after `keepLogs` days."""
        return logs.LogGroup(
            self,
            construct_id,
            log_group_name=name,
            retention=RETENTION[self.plan.deployment.keep_logs],
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )


RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def role_of(
    scope: Construct,
    construct_id: str,
    principal: iam.IPrincipal,
    grants: Sequence[Grant],
    description: str,
) -> iam.Role:
    """A role that holds exactly the grants, and nothing that AWS manages."""
    statements = [statement_of(grant) for grant in grants]
    role = iam.Role(
        scope,
        construct_id,
        assumed_by=principal,
        description=description,
        inline_policies={"grants": iam.PolicyDocument(statements=statements, minimize=False)},
    )
    for grant in grants:
        for resource in grant.resources:
            if "*" in resource:
                because(role, f"IAM5[Resource::{_as_reported(resource)}]", grant.why)
    return role


def because(scope: IConstruct, finding: str, reason: str) -> None:
    """Acknowledge a finding of cdk-nag: why it is meant so."""
    told = cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{finding}", reason=reason)
    cdk.Validations.of(scope).acknowledge(told)


def _as_reported(resource: str) -> str:
    """cdk-nag writes tokens by name."""
    return resource.replace(cdk.Aws.ACCOUNT_ID, "<AWS::AccountId>")


def statement_of(grant: Grant) -> iam.PolicyStatement:
    """A grant as IAM writes it."""
    conditions: dict[str, Any] = {kind: dict(tests) for kind, tests in grant.conditions.items()}
    return iam.PolicyStatement(
        actions=list(grant.actions), resources=list(grant.resources), conditions=conditions
    )


def only_here(service: str, names: Names) -> iam.ServicePrincipal:
    """An AWS service, acting for this account only."""
    conditions = {"StringEquals": {"aws:SourceAccount": names.account}}
    return iam.ServicePrincipal(service, conditions=conditions)
