"""What sfm consumes, publishes and runs."""

from spaceport_contracts.events import (
    CancellationRequested,
    JobCancelled,
    JobDeleted,
    ReconstructionRequested,
    SparseModelBuilt,
    StageFailed,
    StageProgressed,
    StageStarted,
    StageWaiting,
)
from spaceport_runtime.service import JobSpec, Listen, Service

JOB = JobSpec(
    kind="processing",
    program="spaceport_sfm.job",
    image="spaceport-sfm:latest",
    instance_type="ml.c6i.4xlarge",
    max_runtime_s=14400,
    volume_gb=100,
)

SERVICE = Service(
    name="sfm",
    purpose="Photos -> camera poses and sparse points",
    consumes=(
        Listen(ReconstructionRequested, where={"start_at": ("sfm",)}),
        Listen(CancellationRequested),
        Listen(JobDeleted),
    ),
    publishes=(
        StageWaiting,
        StageStarted,
        StageProgressed,
        SparseModelBuilt,
        StageFailed,
        JobCancelled,
    ),
    job=JOB,
    sweeps=True,
)
