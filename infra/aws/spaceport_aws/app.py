"""All the stacks of one deployment."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from spaceport_aws.names import Names
from spaceport_aws.settings import Deployment, read_settings
from spaceport_aws.stacks.api import Api
from spaceport_aws.stacks.base import Plan
from spaceport_aws.stacks.ci import Ci
from spaceport_aws.stacks.foundation import Foundation
from spaceport_aws.stacks.service import ServiceStack
from spaceport_aws.stacks.watch import Watch
from spaceport_aws.stacks.web import Web
from spaceport_runtime.service import Service
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import build_topology

FLAGS = {
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/core:checkSecretUsage": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "@aws-cdk/core:target-partitions": ["aws"],
}
Bundles = Callable[[Service], Path]


def make_app(context: Mapping[str, Any], outdir: str | None) -> cdk.App:
    """An empty app with the CDK's newer behaviour switched on."""
    return cdk.App(context={**FLAGS, **context}, outdir=outdir, analytics_reporting=False)


def add_stacks(
    app: cdk.App,
    context: Mapping[str, Any],
    bundle: Bundles,
    services: tuple[Service, ...] = SERVICES,
) -> Plan:
    """Add every stack to the app; `bundle` gives the folder that a service's functions run.

    No stack depends on another one in CloudFormation's eyes: `make deploy` brings them in order,
    and afterwards each is deployed alone. Raises UserError for a context that cannot work.
    """
    deployment = read_settings(context, services)
    plan = _plan(deployment, services)
    Foundation(app, plan)
    Api(app, plan)
    for service in services:
        ServiceStack(app, service, plan, bundle(service))
    Web(app, plan)
    Watch(app, services, plan)
    if plan.deployment.github_repo:
        Ci(app, plan, plan.deployment.github_repo)
    return plan


def _plan(deployment: Deployment, services: tuple[Service, ...]) -> Plan:
    account = deployment.account or cdk.Aws.ACCOUNT_ID
    names = Names(deployment.name, deployment.region, account)
    return Plan(deployment, names, build_topology(services, names.bucket))
