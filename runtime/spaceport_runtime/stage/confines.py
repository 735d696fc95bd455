"""What a deployment demands of every job: its network, its key."""

from typing import Any

from spaceport_runtime.service import JobKind
from spaceport_runtime.settings import PlatformSettings


def confined(request: dict[str, Any], kind: JobKind, platform: PlatformSettings) -> dict[str, Any]:
    """The SageMaker request with the deployment's network and key for outputs added.

    Volumes need no key from us: SageMaker encrypts them, and refuses one for machines with disks
    of their own (g4dn, g5), which the hardware encrypts.
    """
    network = _network(platform)
    if not network and not platform.job_key_arn:
        return request
    if kind == "processing":
        outputs = _with_key(request["ProcessingOutputConfig"], platform)
        confined_request = {**request, "ProcessingOutputConfig": outputs}
        return confined_request | ({"NetworkConfig": network} if network else {})
    return {
        **request,
        "OutputDataConfig": _with_key(request["OutputDataConfig"], platform),
    } | network


def _network(platform: PlatformSettings) -> dict[str, Any]:
    network: dict[str, Any] = {}
    if platform.job_isolated:
        network["EnableNetworkIsolation"] = True
    if platform.job_subnets:
        network["VpcConfig"] = {
            "Subnets": platform.job_subnets.split(","),
            "SecurityGroupIds": platform.job_security_groups.split(","),
        }
    return network


def _with_key(outputs: dict[str, Any], platform: PlatformSettings) -> dict[str, Any]:
    return outputs | ({"KmsKeyId": platform.job_key_arn} if platform.job_key_arn else {})
