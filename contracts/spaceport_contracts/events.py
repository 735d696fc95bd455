"""Every event of the pipeline, in pipeline order.

On the wire (EventBridge): `source = "spaceport.<service>"`, `detail-type` = the class name,
`detail` = the event. Changes are additive with a default; anything else is a new class published
beside the old one until nobody listens to it (the golden schemas in `schemas/` hold us to it).

An event is small whatever people wrote: free text is cut (`text.py`), lists live in S3, and the
event carries their beginning and their length.

An event's id is made of our own ids (job, attempt, stage), so an event that is published twice is
the same event twice. EventBridge's own id changes on every PutEvents and is never used.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.capture import Frozen, RejectedPhoto
from spaceport_contracts.estimate import Estimate
from spaceport_contracts.failure import FailureClass
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality
from spaceport_contracts.text import Label, Words, clip

EVENT_NAMESPACE = uuid.UUID("6f1c9c2e-7d0b-4f43-9d53-0c0e0b5b1a10")

# 32 characters hold 128 bits in hexadecimal; SageMaker's 63 hold the stage and the attempt as well.
JOB_ID_PATTERN = r"^[a-z0-9]{8,32}$"
REJECTED_SHOWN = 50
FIGURES_SHOWN = 20
ROLL = re.compile(r"[A-Za-z0-9+/]{0,2000}={0,2}")  # 12,000 photos; an upload has 10,000 at most
PHOTO_NAME_BYTES = 200
PHOTO_REASON_BYTES = 300


class Stage(StrEnum):
    """The three stages that run a SageMaker job, in order."""

    SFM = "sfm"
    TRAIN = "train"
    COMPRESS = "compress"


class Event(Frozen):
    """The envelope that every event shares."""

    version: Literal[1] = Field(default=1, description="schema version of the event")
    event_id: str
    job_id: str = Field(pattern=JOB_ID_PATTERN)
    correlation_id: str = Field(description="the same for everything that one upload set off")
    causation_id: str = Field(description="event_id of the event that led to this one")
    occurred_at: datetime
    attempt: int = Field(ge=1, le=99)
    tenant: Label = Field(
        default="",
        description="whose work counts together where machines and queues are shared out: "
        "the owner's, or the job's alone where there is none",
    )

    terminal: ClassVar[bool] = False

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or data.get("tenant"):
            return data
        return {**data, "tenant": data.get("owner") or data.get("job_id") or ""}

    @classmethod
    def detail_type(cls) -> str:
        """EventBridge's detail-type of this event."""
        return cls.__name__


def make_event_id(event: type[Event], job_id: str, attempt: int, *discriminators: object) -> str:
    """The id of an event: the same for the same business fact, however often it is published."""
    key = "/".join(map(str, (event.__name__, job_id, attempt, *discriminators)))
    return str(uuid.uuid5(EVENT_NAMESPACE, key))


class Batch(Frozen):
    """Captures that were handed in together: one mail about all of them, one status."""

    batch_id: str = Field(pattern=JOB_ID_PATTERN)
    jobs: int = Field(ge=1, description="how many jobs belong to it")
    title: Label = ""


class CaptureRejected(Event):
    """The upload cannot become a splat; nothing was paid for.

    However many photos were refused, the event names the first 50 and says how many there were.
    """

    terminal: ClassVar[bool] = True
    email: Label | None
    title: Label
    reason: Words
    remedy: Words
    rejected: tuple[RejectedPhoto, ...] = Field(default=(), description="the first 50 at most")
    rejected_total: int = Field(default=0, description="how many were refused")
    owner: Label = Field(default="", description="whose job it is; empty where nobody signed in")
    rejected_list: Artifact | None = Field(default=None, description="all of them, as JSON in S3")
    batch: Batch | None = None

    @model_validator(mode="before")
    @classmethod
    def _count(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        listed = len(data.get("rejected") or ())
        return {**data, "rejected_total": max(listed, data.get("rejected_total") or 0)}

    @field_validator("rejected", mode="after")
    @classmethod
    def _first(cls, rejected: tuple[RejectedPhoto, ...]) -> tuple[RejectedPhoto, ...]:
        return tuple(
            RejectedPhoto(
                name=clip(photo.name, PHOTO_NAME_BYTES),
                reason=clip(photo.reason, PHOTO_REASON_BYTES),
            )
            for photo in rejected[:REJECTED_SHOWN]
        )


class ReconstructionRequested(Event):
    """Turn these inputs into a splat, beginning at the named stage."""

    start_at: Stage
    quality: Quality
    options: JobOptions = JobOptions()
    email: Label | None
    title: Label
    inputs: ArtifactSet
    photos: int = Field(default=0, description="usable photos, where ingest looked at photos")
    ingest_seconds: float = 0.0
    owner: Label = Field(default="", description="whose job it is; empty where nobody signed in")
    estimate: Estimate | None = Field(default=None, description="None where no photos were seen")
    batch: Batch | None = None
    plan: Artifact | None = Field(
        default=None, description="the plan that the photos were flown by"
    )


class StageWaiting(Event):
    """No machine is free: the place in the queue, 1 = next."""

    stage: Stage
    place: int = Field(ge=1)
    instance_type: Label


class StageStarted(Event):
    """The stage's SageMaker job was launched."""

    stage: Stage
    instance_type: Label


class StageProgressed(Event):
    """How far a running job is."""

    stage: Stage
    step: Label
    n: int
    m: int
    seconds_left: float | None = None
    figures: dict[str, float] = Field(default_factory=dict, description="20 at most")
    roll: str = Field(
        default="",
        description="which photos are in: a bit for each of the capture, in its order, the first "
        "the highest, in base64; empty where nobody knows",
    )

    @field_validator("roll", mode="after")
    @classmethod
    def _known(cls, roll: str) -> str:
        """An event stays small: whoever has more photos than that sees none on the map."""
        return roll if ROLL.fullmatch(roll) else ""

    @field_validator("figures", mode="after")
    @classmethod
    def _first(cls, figures: dict[str, float]) -> dict[str, float]:
        return {clip(name, 100): figures[name] for name in list(figures)[:FIGURES_SHOWN]}


class SparseModelBuilt(Event):
    """The photos' poses and a sparse point cloud are known."""

    quality: Quality
    options: JobOptions = JobOptions()
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
    options: JobOptions = JobOptions()
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


class StageFailed(Event):
    """The stage gave up: what happened, in plain words, and what to do about it."""

    terminal: ClassVar[bool] = True
    stage: Stage
    failure_class: FailureClass
    reason: Words
    remedy: Words


class CancellationRequested(Event):
    """Somebody asked to stop the job."""

    requested_by: Label = "user"


class JobCancelled(Event):
    """The job was stopped on request."""

    terminal: ClassVar[bool] = True


class JobDeleted(Event):
    """The job's owner deleted it: nothing runs for it any more, and nobody keeps anything of it.

    It stands for the job as a whole, whatever its attempts came to; `attempt` is the last one.
    """

    owner: Label = Field(default="", description="whose job it was; empty where nobody signed in")
    batch: Batch | None = None


class FlightPlanned(Event):
    """A flight was planned; its job_id is the plan's id, for no job exists yet."""

    pattern: Label
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
    JobDeleted,
    FlightPlanned,
)
EVENT_TYPES: dict[str, type[Event]] = {event.detail_type(): event for event in EVENTS}


class RunAdmitted(Frozen):
    """ingest's note to itself that a run waits to be worked on.

    It goes straight to ingest's own queue and never over the bus, so it is no `Event`.
    """

    job_id: str = Field(pattern=JOB_ID_PATTERN)
    attempt: int = Field(ge=1, le=99)


NOTES: dict[str, type[Frozen]] = {RunAdmitted.__name__: RunAdmitted}
