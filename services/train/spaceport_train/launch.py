"""The SageMaker request of a training run: Spot machines, checkpoints that outlive them."""

from typing import Any

from spaceport_contracts.events import Event, ReconstructionRequested, SparseModelBuilt
from spaceport_contracts.results import Quality, StageOptions
from spaceport_runtime.errors import Poison
from spaceport_runtime.ports import Run
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.requests import (
    JobOrder,
    LaunchPlan,
    job_environment,
    job_tags,
    run_prefix,
)
from spaceport_train.service import JOB
from spaceport_train.settings import Settings


def plan(run: Run, cause: Event, settings: Settings, platform: PlatformSettings) -> LaunchPlan:
    """A sparse model and its photos in, Gaussians out."""
    match cause:
        case SparseModelBuilt(outputs=scene) | ReconstructionRequested(inputs=scene):
            prefix, quality = scene.prefix, cause.quality
        case _:
            raise Poison(f"train cannot begin from a {cause.detail_type()}")
    order = JobOrder(run, cause.correlation_id, cause.event_id, quality, {"scene": prefix})
    options_uri = run_prefix(platform.bucket, run) + "options/options.json"
    request = _request(order, options_uri, settings, platform)
    options = StageOptions(quality=quality)
    return LaunchPlan("training", request, options_uri, options, settings.instance_type)


def _request(
    order: JobOrder, options_uri: str, settings: Settings, platform: PlatformSettings
) -> dict[str, Any]:
    limits = {"MaxRuntimeInSeconds": JOB.max_runtime_s}
    if settings.use_spot:
        limits["MaxWaitTimeInSeconds"] = settings.max_wait_s
    return {
        "TrainingJobName": order.run.key.job_name,
        "RoleArn": platform.job_role_arn,
        "AlgorithmSpecification": {
            "TrainingImage": settings.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", "-m", JOB.program],
        },
        "Environment": job_environment(order, platform),
        "InputDataConfig": [
            _channel("scene", order.inputs["scene"]),
            _channel("options", options_uri),
        ],
        "OutputDataConfig": {
            "S3OutputPath": run_prefix(platform.bucket, order.run),
            "CompressionType": "NONE",
        },
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": settings.instance_type,
            "VolumeSizeInGB": JOB.volume_gb,
        },
        "CheckpointConfig": {
            "S3Uri": _checkpoints(order, platform),
            "LocalPath": "/opt/ml/checkpoints",
        },
        "EnableManagedSpotTraining": settings.use_spot,
        "StoppingCondition": limits,
        "Tags": job_tags(order),
    }


def _channel(name: str, uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _checkpoints(order: JobOrder, platform: PlatformSettings) -> str:
    """One place for all attempts with the same inputs, so that a retry continues."""
    key, effort = order.run.key, Quality(order.quality).value
    return f"s3://{platform.bucket}/jobs/{key.job_id}/train/checkpoints/{effort}/"
