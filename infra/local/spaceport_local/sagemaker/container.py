"""What a job's program finds under /opt/ml: folders, configuration, environment, command."""

import json
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from spaceport_local.account import REGION
from spaceport_local.sagemaker.jobs import Job

CONTAINER_ROOT = PurePosixPath("/opt/ml")
FOLDERS = ("input/config", "input/data", "model", "output/data", "checkpoints", "config")


def prepare(job: Job) -> None:
    """Fresh folders with the configuration files of SageMaker's container contract."""
    shutil.rmtree(job.folder / "opt", ignore_errors=True)
    for folder in FOLDERS:
        (job.root / folder).mkdir(parents=True, exist_ok=True)
    for output in outputs(job):
        local_path(job, output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
    if job.kind == "Processing":
        _write(job.root / "config" / "processingjobconfig.json", job.describe())
        _write(job.root / "config" / "resourceconfig.json", _resources(job))
        return
    config = job.root / "input" / "config"
    parameters = job.request.get("HyperParameters", {})
    _write(config / "hyperparameters.json", parameters)
    _write(config / "resourceconfig.json", _resources(job))
    channels = {
        channel["ChannelName"]: {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        }
        for channel in job.request.get("InputDataConfig", [])
    }
    _write(config / "inputdataconfig.json", channels)


def inputs(job: Job) -> list[tuple[str, Path]]:
    """S3 address and local folder of every input."""
    if job.kind == "Processing":
        sources = [entry["S3Input"] for entry in job.request.get("ProcessingInputs", [])]
        return [(source["S3Uri"], local_path(job, source["LocalPath"])) for source in sources]
    data = job.root / "input" / "data"
    return [
        (channel["DataSource"]["S3DataSource"]["S3Uri"], data / channel["ChannelName"])
        for channel in job.request.get("InputDataConfig", [])
    ]


def outputs(job: Job) -> list[dict[str, Any]]:
    """A processing job's outputs."""
    found: list[dict[str, Any]] = job.request.get("ProcessingOutputConfig", {}).get("Outputs", [])
    return found


def local_path(job: Job, path: str) -> Path:
    """A path below /opt/ml, on this machine."""
    return job.root / PurePosixPath(path).relative_to(CONTAINER_ROOT)


def command(job: Job) -> tuple[str, ...]:
    """The program: an image is not run here, so the request must name its entry point."""
    section = "AppSpecification" if job.kind == "Processing" else "AlgorithmSpecification"
    specification = job.request[section]
    entry = specification.get("ContainerEntrypoint", ())
    return (*entry, *specification.get("ContainerArguments", ()))


def environment(job: Job, base: dict[str, str]) -> dict[str, str]:
    """What SageMaker sets, what the request asks for, and where the root is."""
    own = {"SPACEPORT_ML_ROOT": str(job.root), "AWS_REGION": REGION}
    if job.kind == "Training":
        own |= {
            "TRAINING_JOB_NAME": job.name,
            "TRAINING_JOB_ARN": job.document["TrainingJobArn"],
        }
    return {**base, **own, **job.request.get("Environment", {})}


def told(job: Job, name: str) -> str:
    """What the program left for the user in `output/failure` or `output/message`."""
    path = job.root / "output" / name
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""


def clean(job: Job) -> None:
    """Give the disk space back; the log and the job's record stay."""
    shutil.rmtree(job.folder / "opt", ignore_errors=True)


def _resources(job: Job) -> dict[str, Any]:
    return {
        "current_host": "algo-1",
        "current_instance_type": job.instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1"],
        "instance_groups": [
            {
                "instance_group_name": "homogeneousCluster",
                "instance_type": job.instance_type,
                "hosts": ["algo-1"],
            }
        ],
        "network_interface_name": "lo",
    }


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
