"""What train consumes, publishes and runs."""

from spaceport_contracts.events import (
    CancellationRequested,
    JobCancelled,
    JobDeleted,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatTrained,
    StageFailed,
    StageProgressed,
    StageStarted,
    StageWaiting,
)
from spaceport_runtime.service import JobSpec, Listen, Service

JOB = JobSpec(
    kind="training",
    program="spaceport_train.job",
    image="spaceport-train:latest",
    instance_type="ml.g4dn.xlarge",
    max_runtime_s=28800,
    volume_gb=100,
    use_spot=True,
    max_wait_s=57600,
)

SERVICE = Service(
    name="train",
    purpose="Poses and photos -> 3D Gaussians",
    consumes=(
        Listen(ReconstructionRequested, where={"start_at": ("train",)}),
        Listen(SparseModelBuilt),
        Listen(CancellationRequested),
        Listen(JobDeleted),
    ),
    publishes=(
        StageWaiting,
        StageStarted,
        StageProgressed,
        SplatTrained,
        StageFailed,
        JobCancelled,
    ),
    job=JOB,
    sweeps=True,
)
