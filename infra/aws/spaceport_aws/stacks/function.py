"""A Lambda function of ours: arm64, traced, with a role and a log of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from spaceport_aws.access.functions import function_grants, function_name, log_group
from spaceport_aws.stacks.base import SpaceportStack, because, role_of
from spaceport_runtime.service import Service

API_TIMEOUT_S = 29  # API Gateway gives up after 30
MEMORY_MB = 512
WORKING_MEMORY_MB = 1769  # one whole vCPU, for a function that looks into photos
WORKS_LONGER_THAN_S = 300


@dataclass(frozen=True)
class Code:
    """What a function runs: a folder to zip, its service, and the environment."""

    folder: Path
    service: Service
    environment: Mapping[str, str]


def add_function(
    stack: SpaceportStack, code: Code, entry: str, key_arn: str, job_role: iam.Role | None
) -> lambda_.Function:
    """One entry point of the service's handler as a function."""
    names, service = stack.plan.names, code.service
    what = entry.removeprefix("on_").capitalize()
    role = role_of(
        stack,
        f"{what}Role",
        iam.ServicePrincipal("lambda.amazonaws.com"),
        function_grants(
            service,
            entry,
            names,
            key_arn,
            job_role.role_arn if job_role else None,
            stack.plan.deployment.mail_identity,
        ),
        f"Spaceport: {entry} of {service.name}",
    )
    works = service.handler_timeout_s > WORKS_LONGER_THAN_S or _computes(service, entry)
    function = lambda_.Function(
        stack,
        what,
        function_name=function_name(service, entry, names),
        description=service.purpose,
        code=lambda_.Code.from_asset(str(code.folder)),
        handler=f"{service.handler_module}.{entry}",
        runtime=lambda_.Runtime.PYTHON_3_11,
        architecture=lambda_.Architecture.ARM_64,
        memory_size=WORKING_MEMORY_MB if works else MEMORY_MB,
        timeout=cdk.Duration.seconds(_timeout_s(service, entry)),
        environment=dict(code.environment),
        role=role.without_policy_updates(),
        log_group=stack.log_group(f"{what}Log", log_group(service, entry, names)),
        logging_format=lambda_.LoggingFormat.JSON,
        tracing=lambda_.Tracing.ACTIVE,
    )
    because(function, "L1", "3.11 is the Python that everything here is tested on")
    return function


def _computes(service: Service, entry: str) -> bool:
    """A request that is answered by the function itself, and not by a job or a table."""
    return entry == "on_request" and not service.consumes and not service.uploads


def _timeout_s(service: Service, entry: str) -> int:
    return API_TIMEOUT_S if entry == "on_request" else service.handler_timeout_s
