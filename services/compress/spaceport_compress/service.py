"""What compress consumes, publishes and runs."""

from spaceport_contracts.events import (
    CancellationRequested,
    JobCancelled,
    JobDeleted,
    ReconstructionRequested,
    SplatCompressed,
    SplatTrained,
    StageFailed,
    StageProgressed,
    StageStarted,
    StageWaiting,
)
from spaceport_runtime.service import JobSpec, Listen, Service

JOB = JobSpec(
    kind="processing",
    program="spaceport_compress.job",
    image="spaceport-compress:latest",
    instance_type="ml.c6i.2xlarge",
    max_runtime_s=7200,
    volume_gb=30,
)

SERVICE = Service(
    name="compress",
    purpose="Gaussians -> one small file for the web",
    consumes=(
        Listen(ReconstructionRequested, where={"start_at": ("compress",)}),
        Listen(SplatTrained),
        Listen(CancellationRequested),
        Listen(JobDeleted),
    ),
    publishes=(
        StageWaiting,
        StageStarted,
        StageProgressed,
        SplatCompressed,
        StageFailed,
        JobCancelled,
    ),
    job=JOB,
    sweeps=True,
)
