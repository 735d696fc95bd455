"""The SageMaker requests of the stages, made from values only."""

from dataclasses import dataclass
from typing import Any

from spaceport_contracts.events import Event
from spaceport_contracts.options import AS_THE_QUALITY_HAS_IT, JobOptions
from spaceport_contracts.places import checkpoints_of, part_of_job
from spaceport_contracts.results import Quality, StageOptions
from spaceport_runtime.ports import Run
from spaceport_runtime.service import JobKind, JobSpec
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.confines import confined

PROCESSING_ROOT = "/opt/ml/processing"
CHECKPOINTS = "/opt/ml/checkpoints"


@dataclass(frozen=True)
class Order:
    """What a stage asks of its job: the inputs by channel (S3 prefixes or files), the effort."""

    quality: Quality
    inputs: dict[str, str]
    options: JobOptions = AS_THE_QUALITY_HAS_IT


@dataclass(frozen=True)
class Launch:
    """A launch, ready to carry out: write the options, then create the job."""

    kind: JobKind
    request: dict[str, Any]
    options_uri: str
    options: StageOptions


def make_launch(
    run: Run, cause: Event, order: Order, job: JobSpec, platform: PlatformSettings
) -> Launch:
    """The launch of a run's job as a stage orders it."""
    options_uri = run_prefix(platform.bucket, run) + "options/options.json"
    channels = {**order.inputs, "options": options_uri.rsplit("/", 1)[0] + "/"}
    common = {
        "RoleArn": platform.job_role_arn,
        "Environment": _environment(run, cause, platform),
        "Tags": _tags(run, platform),
    }
    parts = (
        _processing(run, channels, job, platform)
        if job.kind == "processing"
        else _training(run, order.quality, channels, job, platform)
    )
    options = StageOptions(quality=order.quality, rasteriser=job.rasteriser, wanted=order.options)
    return Launch(job.kind, confined(common | parts, job.kind, platform), options_uri, options)


def run_prefix(bucket: str, run: Run) -> str:
    """Where a run's options and outputs lie."""
    key = run.key
    return f"{part_of_job(key.stage, key.job_id, bucket)}{key.attempt:02d}/"


def output_prefix(bucket: str, run: Run, kind: JobKind) -> str:
    """Where SageMaker puts what the job leaves in its output folder."""
    base = run_prefix(bucket, run)
    return base + ("output/" if kind == "processing" else f"{run.key.job_name}/output/model/")


def _processing(
    run: Run, channels: dict[str, str], job: JobSpec, platform: PlatformSettings
) -> dict[str, Any]:
    """A processing job: channels under /opt/ml/processing/input, one output folder."""
    return {
        "ProcessingJobName": run.key.job_name,
        "AppSpecification": {
            "ImageUri": job.image,
            "ContainerEntrypoint": ["python", "-m", job.program],
        },
        "ProcessingResources": {"ClusterConfig": _machine(job)},
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": f"{PROCESSING_ROOT}/input/{name}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
            for name, uri in channels.items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "output",
                    "S3Output": {
                        "S3Uri": output_prefix(platform.bucket, run, "processing"),
                        "LocalPath": f"{PROCESSING_ROOT}/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": job.max_runtime_s},
    }


def _training(
    run: Run,
    quality: Quality,
    channels: dict[str, str],
    job: JobSpec,
    platform: PlatformSettings,
) -> dict[str, Any]:
    """A training job: Spot machines where allowed, checkpoints that outlive them."""
    limits = {"MaxRuntimeInSeconds": job.max_runtime_s}
    if job.use_spot:
        limits["MaxWaitTimeInSeconds"] = job.max_wait_s
    return {
        "TrainingJobName": run.key.job_name,
        "AlgorithmSpecification": {
            "TrainingImage": job.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", "-m", job.program],
        },
        "InputDataConfig": [_channel(name, uri) for name, uri in channels.items()],
        "OutputDataConfig": {
            "S3OutputPath": run_prefix(platform.bucket, run),
            "CompressionType": "NONE",
        },
        "ResourceConfig": _machine(job),
        "CheckpointConfig": {
            "S3Uri": _checkpoints(run, quality, platform),
            "LocalPath": CHECKPOINTS,
        },
        "EnableManagedSpotTraining": job.use_spot,
        "StoppingCondition": limits,
    }


def _machine(job: JobSpec) -> dict[str, Any]:
    return {
        "InstanceCount": 1,
        "InstanceType": job.instance_type,
        "VolumeSizeInGB": job.volume_gb,
    }


def _channel(name: str, uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _checkpoints(run: Run, quality: Quality, platform: PlatformSettings) -> str:
    """One place for all attempts with the same effort, so that a retry continues."""
    return checkpoints_of(run.key.stage, run.key.job_id, quality.value, platform.bucket)


def _environment(run: Run, cause: Event, platform: PlatformSettings) -> dict[str, str]:
    """What the container must know in order to report its progress."""
    return {
        "SPACEPORT_BUS_NAME": platform.bus_name,
        "SPACEPORT_JOB_ID": run.key.job_id,
        "SPACEPORT_ATTEMPT": str(run.key.attempt),
        "SPACEPORT_CORRELATION_ID": cause.correlation_id,
        "SPACEPORT_CAUSATION_ID": cause.event_id,
        "SPACEPORT_PROGRESS_INTERVAL_S": f"{platform.progress_interval_s:g}",
    }


def _tags(run: Run, platform: PlatformSettings) -> list[dict[str, str]]:
    """Tags by which a bill can be split, and by which the deployment's budget sees its jobs."""
    key = run.key
    return [
        {"Key": "spaceport:deployment", "Value": platform.deployment},
        {"Key": "spaceport:job", "Value": key.job_id},
        {"Key": "spaceport:stage", "Value": key.stage},
        {"Key": "spaceport:attempt", "Value": str(key.attempt)},
    ]
