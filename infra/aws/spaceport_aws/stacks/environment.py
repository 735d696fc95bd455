"""The environment of a service's functions: what their settings read."""

import json
import re

from aws_cdk import aws_iam as iam

from spaceport_aws.settings import Machine
from spaceport_aws.stacks.base import SpaceportStack
from spaceport_runtime.service import Service
from spaceport_topology.wiring import LEDGER_TABLE, LIMITS_TABLE, STATUS_TABLE, UPLOADS_TABLE

PROGRESS_INTERVAL_S = "10"  # a fifth of the events of a machine at home: docs/scale.md, Progress


def function_environment(
    stack: SpaceportStack, service: Service, key_arn: str, job_role: iam.Role | None
) -> dict[str, str]:
    """Names of this deployment, and for a stage its image and its machines."""
    plan = stack.plan
    names, deployment = plan.names, plan.deployment
    public_url = deployment.public_url
    environment = {
        "SPACEPORT_DEPLOYMENT": deployment.name,
        "SPACEPORT_BUCKET": names.bucket,
        "SPACEPORT_BUS_NAME": names.of(plan.topology.bus),
        "SPACEPORT_LEDGER_TABLE": names.of(LEDGER_TABLE),
        "SPACEPORT_LIMITS_TABLE": names.of(LIMITS_TABLE),
        "POWERTOOLS_SERVICE_NAME": service.name,
        "POWERTOOLS_METRICS_NAMESPACE": deployment.name,
    }
    if service.uploads:
        environment["SPACEPORT_INGEST_UPLOADS_TABLE"] = names.of(UPLOADS_TABLE)
    if service.name == "notify":
        environment |= {
            "SPACEPORT_NOTIFY_STATUS_TABLE": names.of(STATUS_TABLE),
            "SPACEPORT_NOTIFY_SENDER": deployment.sender,
            "SPACEPORT_NOTIFY_CONFIGURATION_SET": deployment.name,
            "SPACEPORT_PUBLIC_URL": public_url or stack.told("api-url"),
        }
    if service.uploads:
        environment |= _fleet(stack)
    if job_role is not None:
        environment |= _stage(stack, service, key_arn, job_role)
    return environment


def _fleet(stack: SpaceportStack) -> dict[str, str]:
    """What ingest reckons with when it says what a job will take."""
    deployment = stack.plan.deployment
    machines = {
        stage: [machine.model_dump(exclude={"quota"}) for machine in listed]
        for stage, listed in deployment.machines.items()
    }
    return {
        "SPACEPORT_FLEET_MACHINES": json.dumps(machines),
        "SPACEPORT_FLEET_SPOT": str(deployment.spot).lower(),
    }


def _stage(
    stack: SpaceportStack, service: Service, key_arn: str, job_role: iam.Role
) -> dict[str, str]:
    deployment = stack.plan.deployment
    machines = deployment.machines[service.name]
    prefix = f"SPACEPORT_{service.name.upper()}_"
    environment = {
        "SPACEPORT_JOB_ROLE_ARN": job_role.role_arn,
        "SPACEPORT_JOB_KEY_ARN": key_arn,
        "SPACEPORT_PROGRESS_INTERVAL_S": PROGRESS_INTERVAL_S,
        f"{prefix}IMAGE": stack.plan.names.image(service.name, deployment.image_tag),
        f"{prefix}INSTANCE_TYPE": machines[-1].instance_type,
        f"{prefix}MACHINES": json.dumps(
            [machine.model_dump(exclude={"quota"}) for machine in machines]
        ),
    }
    if service.job is not None and service.job.kind == "training":
        environment |= {
            f"{prefix}USE_SPOT": str(deployment.spot).lower(),
            f"{prefix}SPOT_ATTEMPTS": str(deployment.spot_attempts),
            f"{prefix}RASTERISER": "cuda" if all(map(has_gpu, machines)) else "auto",
        }
    if deployment.isolate_jobs:
        environment["SPACEPORT_JOB_ISOLATED"] = "true"
    if deployment.vpc:
        environment |= {
            "SPACEPORT_JOB_SUBNETS": stack.told("job-subnets"),
            "SPACEPORT_JOB_SECURITY_GROUPS": stack.told("job-security-group"),
        }
    return environment


def has_gpu(machine: Machine) -> bool:
    """A machine with a GPU must never train on its CPU in silence."""
    return re.match(r"ml\.[gp]\d", machine.instance_type) is not None
