"""Every event of the pipeline, in pipeline order.

On the wire (EventBridge): `source = "spaceport.<service>"`, `detail-type` = the class name,
`detail` = the event. Changes are additive with a default; anything else is a new class published
beside the old one until nobody listens to it (the golden schemas in `schemas/` hold us to it).

An event's id is made of our own ids (job, attempt, stage), so an event that is published twice is
the same event twice. EventBridge's own id changes on every PutEvents and is never used.
"""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.capture import Frozen, RejectedPhoto
from spaceport_contracts.results import Quality

EVENT_NAMESPACE = uuid.UUID("6f1c9c2e-7d0b-4f43-9d53-0c0e0b5b1a10")


class Stage(StrEnum):
    """The three stages that run a SageMaker job, in order."""

    SFM = "sfm"
    TRAIN = "train"
    COMPRESS = "compress"


class Event(Frozen):
    """The envelope that every event shares."""

    version: Literal[1] = Field(default=1, description="schema version of the event")
    event_id: str
    job_id: str = Field(pattern=r"^[a-z0-9]{8,24}$")
    correlation_id: str = Field(description="the same for everything that one upload set off")
    causation_id: str = Field(description="event_id of the event that led to this one")
    occurred_at: datetime
    attempt: int = Field(ge=1, le=99)

    terminal: ClassVar[bool] = False

    @classmethod
    def detail_type(cls) -> str:
        """EventBridge's detail-type of this event."""
        return cls.__name__


def make_event_id(event: type[Event], job_id: str, attempt: int, *discriminators: object) -> str:
    """The id of an event: the same for the same business fact, however often it is published."""
    key = "/".join(map(str, (event.__name__, job_id, attempt, *discriminators)))
    return str(uuid.uuid5(EVENT_NAMESPACE, key))


class CaptureRejected(Event):
    """The upload cannot become a splat; nothing was paid for."""

    terminal: ClassVar[bool] = True
    email: str | None
    title: str
    reason: str
    remedy: str
    rejected: tuple[RejectedPhoto, ...] = ()


class ReconstructionRequested(Event):
    """Turn these inputs into a splat, beginning at the named stage."""

    start_at: Stage
    quality: Quality
    email: str | None
    title: str
    inputs: ArtifactSet
    photos: int = Field(default=0, description="usable photos, where ingest looked at photos")
    ingest_seconds: float = 0.0


class StageWaiting(Event):
    """No machine is free: the place in the queue, 1 = next."""

    stage: Stage
    place: int = Field(ge=1)
    instance_type: str


class StageStarted(Event):
    """The stage's SageMaker job was launched."""

    stage: Stage
    instance_type: str


class StageProgressed(Event):
    """How far a running job is."""

    stage: Stage
    step: str
    n: int
    m: int
    seconds_left: float | None = None
    figures: dict[str, float] = Field(default_factory=dict)


class SparseModelBuilt(Event):
    """The photos' poses and a sparse point cloud are known."""

    quality: Quality
    outputs: ArtifactSet
    photos_total: int
    photos_registered: int
    reprojection_error_px: float
    mean_track_length: float
    gps_rms_m: float | None
    camera_height_above_ground_m: float | None
    seconds: float


class SplatTrained(Event):
    """The Gaussians are trained."""

    quality: Quality
    outputs: ArtifactSet
    gaussians: int
    steps: int
    heldout_psnr_db: float
    heldout_ssim: float
    seconds: float


class SplatCompressed(Event):
    """The splat is ready for the web."""

    terminal: ClassVar[bool] = True
    outputs: ArtifactSet
    scene: Artifact
    gaussians: int
    bytes: int
    ratio: float
    psnr_vs_ply_db: float
    seconds: float


class FailureClass(StrEnum):
    """Who can mend it."""

    USER = "user"
    TIMEOUT = "timeout"
    STOPPED = "stopped"
    INTERNAL = "internal"


class StageFailed(Event):
    """The stage gave up: what happened, in plain words, and what to do about it."""

    terminal: ClassVar[bool] = True
    stage: Stage
    failure_class: FailureClass
    reason: str
    remedy: str


class CancellationRequested(Event):
    """Somebody asked to stop the job."""

    requested_by: str = "user"


class JobCancelled(Event):
    """The job was stopped on request."""

    terminal: ClassVar[bool] = True


class FlightPlanned(Event):
    """A flight was planned; its job_id is the plan's id, for no job exists yet."""

    pattern: str
    sorties: int
    photos: int
    flight_seconds: float
    area_m2: float
    gsd_p50_cm: float
    coverage_pct: float
    outputs: ArtifactSet


EVENTS: tuple[type[Event], ...] = (
    CaptureRejected,
    ReconstructionRequested,
    StageWaiting,
    StageStarted,
    StageProgressed,
    SparseModelBuilt,
    SplatTrained,
    SplatCompressed,
    StageFailed,
    CancellationRequested,
    JobCancelled,
    FlightPlanned,
)
EVENT_TYPES: dict[str, type[Event]] = {event.detail_type(): event for event in EVENTS}
