"""The SageMaker request of a stage, made from values only."""

from dataclasses import dataclass
from typing import Any

from spaceport_contracts.results import Quality, StageOptions
from spaceport_runtime.ports import Run
from spaceport_runtime.service import JobKind, JobSpec
from spaceport_runtime.settings import PlatformSettings

PROCESSING_ROOT = "/opt/ml/processing"


@dataclass(frozen=True)
class JobOrder:
    """What a stage needs in order to launch: its inputs by channel, and its effort."""

    run: Run
    correlation_id: str
    cause_id: str
    quality: Quality
    inputs: dict[str, str]


@dataclass(frozen=True)
class LaunchPlan:
    """A launch, ready to carry out: write the options, then create the job."""

    kind: JobKind
    request: dict[str, Any]
    options_uri: str
    options: StageOptions
    instance_type: str


def run_prefix(bucket: str, run: Run) -> str:
    """Where a run's options and outputs lie."""
    key = run.key
    return f"s3://{bucket}/jobs/{key.job_id}/{key.stage}/{key.attempt:02d}/"


def output_prefix(bucket: str, run: Run, spec: JobSpec) -> str:
    """Where SageMaker puts what the job leaves in its output folder."""
    base = run_prefix(bucket, run)
    return base + ("output/" if spec.kind == "processing" else f"{run.key.job_name}/output/model/")


def job_environment(order: JobOrder, platform: PlatformSettings) -> dict[str, str]:
    """What the container must know in order to report its progress."""
    return {
        "SPACEPORT_BUS_NAME": platform.bus_name,
        "SPACEPORT_JOB_ID": order.run.key.job_id,
        "SPACEPORT_ATTEMPT": str(order.run.key.attempt),
        "SPACEPORT_CORRELATION_ID": order.correlation_id,
        "SPACEPORT_CAUSATION_ID": order.cause_id,
    }


def processing_plan(
    order: JobOrder, spec: JobSpec, image: str, platform: PlatformSettings
) -> LaunchPlan:
    """A processing job: channels under /opt/ml/processing/input, one output folder."""
    options_uri = run_prefix(platform.bucket, order.run) + "options/options.json"
    channels = {**order.inputs, "options": options_uri.rsplit("/", 1)[0] + "/"}
    request = {
        "ProcessingJobName": order.run.key.job_name,
        "RoleArn": platform.job_role_arn,
        "AppSpecification": {
            "ImageUri": image,
            "ContainerEntrypoint": ["python", "-m", spec.program],
        },
        "Environment": job_environment(order, platform),
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": spec.instance_type,
                "VolumeSizeInGB": spec.volume_gb,
            }
        },
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
                        "S3Uri": output_prefix(platform.bucket, order.run, spec),
                        "LocalPath": f"{PROCESSING_ROOT}/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": spec.max_runtime_s},
        "Tags": job_tags(order),
    }
    options = StageOptions(quality=order.quality)
    return LaunchPlan("processing", request, options_uri, options, spec.instance_type)


def job_tags(order: JobOrder) -> list[dict[str, str]]:
    """Tags by which a bill can be split by job and stage."""
    key = order.run.key
    return [
        {"Key": "spaceport:job", "Value": key.job_id},
        {"Key": "spaceport:stage", "Value": key.stage},
        {"Key": "spaceport:attempt", "Value": str(key.attempt)},
    ]
