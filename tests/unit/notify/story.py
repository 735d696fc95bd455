"""A realistic job, event by event, and what its stages left in S3."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from tests.fakes_notify import NOON, FakeStore
from tests.http_requests import ADA

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.capture import Capture, Photo, RejectedPhoto
from spaceport_contracts.events import (
    CancellationRequested,
    CaptureRejected,
    Event,
    JobCancelled,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatCompressed,
    SplatTrained,
    Stage,
    StageFailed,
    StageProgressed,
    StageStarted,
    StageWaiting,
    make_event_id,
)
from spaceport_contracts.failure import FailureClass
from spaceport_contracts.results import (
    CompressResult,
    HeldOutPhoto,
    OutputFile,
    Pilot,
    Quality,
    SfmResult,
    TrainResult,
)

JOB = "0123456789ab"
EMAIL = "ada@example.org"
MANIFEST = "upload:s3://spaceport/uploads/x/manifest.json#etag"
E = TypeVar("E", bound=Event)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def at(event: type[E], minute: float, cause: str, attempt: int, *parts: object, **rest: Any) -> E:
    return event(
        event_id=make_event_id(event, JOB, attempt, *parts),
        job_id=JOB,
        correlation_id=make_event_id(ReconstructionRequested, JOB, 1),
        causation_id=cause,
        occurred_at=NOON + timedelta(minutes=minute),
        attempt=attempt,
        **rest,
    )


@dataclass
class Story:
    """Makes events of one job; what a completion announces is put into the store."""

    store: FakeStore = field(default_factory=FakeStore)
    title: str = "Brighton beach"
    email: str | None = EMAIL
    images: dict[str, bytes] = field(default_factory=dict)

    def put(self, prefix: str, index_name: str, model: Any) -> ArtifactSet:
        content = model.model_dump_json().encode()
        self.store.objects[prefix + index_name] = content
        sha256 = digest(content)
        index = Artifact(uri=prefix + index_name, bytes=len(content), sha256=sha256)
        return ArtifactSet(prefix=prefix, index=index)

    def file(self, prefix: str, path: str) -> OutputFile:
        content = self.images.get(path, path.encode() * 1000)
        self.store.objects[prefix + path] = content
        return OutputFile(path=path, bytes=len(content), sha256=digest(content))

    def requested(
        self,
        attempt: int = 1,
        start_at: Stage = Stage.SFM,
        minute: float = 0,
        inputs: ArtifactSet | None = None,
        cause: str = MANIFEST,
    ) -> ReconstructionRequested:
        inputs = inputs or self.put(f"s3://spaceport/jobs/{JOB}/ingest/capture/", "c.json", CAPTURE)
        return at(
            ReconstructionRequested,
            minute,
            cause,
            attempt,
            start_at=start_at,
            quality=Quality.STANDARD,
            email=self.email,
            title=self.title,
            inputs=inputs,
            photos=18,
            owner=ADA,
            ingest_seconds=4.0 if attempt == 1 else 0.0,
        )

    def stage(self, stage: Stage, minute: float, cause: Event) -> list[Event]:
        """Waiting, started, and progress in two steps."""
        attempt, common = cause.attempt, {"stage": stage, "instance_type": "ml.c6i.2xlarge"}
        why = cause.event_id
        waits = [
            at(StageWaiting, minute, why, attempt, stage, place, place=place, **common)
            for place in (2, 1)
        ]
        started = at(StageStarted, minute + 0.5, why, attempt, stage, **common)
        progress = [
            at(
                StageProgressed,
                minute + 0.6 + n / 100,
                why,
                attempt,
                stage,
                n,
                stage=stage,
                step="work",
                n=n,
                m=10,
                seconds_left=10.0 - n,
                figures={"psnr_db": 20.0 + n},
            )
            for n in (1, 5, 10)
        ]
        waits[1] = waits[1].model_copy(
            update={"occurred_at": NOON + timedelta(minutes=minute + 1 / 6)}
        )
        return [*waits, started, *progress]

    def built(self, cause: Event, minute: float = 3, attempt: int = 0) -> SparseModelBuilt:
        number = attempt or cause.attempt
        prefix = f"s3://spaceport/jobs/{JOB}/sfm/{number:02d}/output/"
        result = SfmResult(
            files=(self.file(prefix, "geo.json"),),
            warnings=("2 photos carry no GPS.",),
            photos_total=19,
            photos_registered=18,
            photos_rejected=(
                RejectedPhoto(name="sea.jpg", reason="Only water; nothing to match."),
            ),
            sparse_points=4660,
            reprojection_error_px=0.39,
            mean_track_length=4.1,
            gps_rms_m=0.43,
            camera_height_above_ground_m=39.5,
            focal_note="from the sensor",
            frame_note="Up and scale from GPS, within 1 degree.",
        )
        fields = ("photos_total", "photos_registered", "reprojection_error_px", "gps_rms_m")
        more = ("mean_track_length", "camera_height_above_ground_m")
        return at(
            SparseModelBuilt,
            minute,
            cause.event_id,
            number,
            quality=Quality.STANDARD,
            outputs=self.put(prefix, "result.json", result),
            seconds=100.0,
            **{name: getattr(result, name) for name in (*fields, *more)},
        )

    def trained(self, cause: Event, minute: float = 6, attempt: int = 0) -> SplatTrained:
        number = attempt or cause.attempt
        prefix = f"s3://spaceport/jobs/{JOB}/train/{number:02d}/t/output/model/"
        names = [f"DJI_{n:04d}" for n in range(6)]
        paths = [f"heldout/{n}-{kind}.jpg" for n in names for kind in ("photo", "render")]
        result = TrainResult(
            files=tuple(self.file(prefix, path) for path in ("scene.ply", *paths)),
            gaussians=1_234_567,
            steps=7000,
            heldout_psnr_db=23.4,
            heldout_corrected_psnr_db=24.1,
            heldout_ssim=0.712,
            heldout_sharpness=(0.21, 0.52, 0.83),
            heldout_energy=(0.25, 0.61, 1.04),
            planned_steps=9000,
            all_photos_steps=1350,
            pilots=(
                Pilot(gaussians=600_000, steps=3600, psnr_db=22, mix_db=8.91, chosen=False),
                Pilot(gaussians=1_234_567, steps=3600, psnr_db=21.9, mix_db=9.12, chosen=True),
            ),
            heldout_photos=tuple(
                HeldOutPhoto(
                    name=f"{name}.JPG",
                    psnr_db=21.2 + n,
                    corrected_psnr_db=21.9 + n,
                    ssim=0.65 + n / 50,
                    sharpness=(0.21, 0.52, 0.83),
                    energy=(0.25, 0.61, 1.04),
                    photo_path=f"heldout/{name}-photo.jpg",
                    render_path=f"heldout/{name}-render.jpg",
                )
                for n, name in enumerate(names)
            ),
            rasteriser="cpu",
        )
        fields = ("gaussians", "steps", "heldout_psnr_db", "heldout_ssim")
        return at(
            SplatTrained,
            minute,
            cause.event_id,
            number,
            quality=Quality.STANDARD,
            outputs=self.put(prefix, "result.json", result),
            seconds=150.0,
            **{name: getattr(result, name) for name in fields},
        )

    def compressed(self, cause: Event, minute: float = 8, attempt: int = 0) -> SplatCompressed:
        number = attempt or cause.attempt
        prefix = f"s3://spaceport/jobs/{JOB}/compress/{number:02d}/output/"
        paths = ("scene.sog", "preview.png", "flythrough.webp")
        files = tuple(self.file(prefix, path) for path in paths)
        result = CompressResult(
            files=files,
            gaussians=1_200_000,
            bytes=14_600_000,
            ratio=19.6,
            psnr_vs_ply_db=47.3,
            worst_psnr_vs_ply_db=44.0,
        )
        fields = ("gaussians", "bytes", "ratio", "psnr_vs_ply_db")
        uri = prefix + "scene.sog"
        return at(
            SplatCompressed,
            minute,
            cause.event_id,
            number,
            outputs=self.put(prefix, "result.json", result),
            scene=Artifact(uri=uri, bytes=files[0].bytes, sha256=files[0].sha256),
            seconds=30.0,
            **{name: getattr(result, name) for name in fields},
        )

    def failed(self, stage: Stage, cause: Event, minute: float = 4) -> StageFailed:
        return at(
            StageFailed,
            minute,
            cause.event_id,
            cause.attempt,
            stage,
            stage=stage,
            failure_class=FailureClass.USER,
            reason="Only 2 of 18 photos overlap.",
            remedy="Fly with at least 70 % overlap and upload again.",
        )

    def cancelled(
        self, cause: Event, minute: float = 4
    ) -> tuple[CancellationRequested, JobCancelled]:
        asked = at(CancellationRequested, minute, cause.event_id, cause.attempt)
        return asked, at(JobCancelled, minute + 0.1, asked.event_id, cause.attempt)

    def rejected(self, **changes: Any) -> CaptureRejected:
        fields = {
            "email": self.email,
            "title": self.title,
            "reason": "None of the 3 files is a photo.",
            "remedy": "Upload JPEG photos.",
            "owner": ADA,
            "rejected": (RejectedPhoto(name="notes.txt", reason="Not a photo."),),
        }
        return at(CaptureRejected, 0, MANIFEST, 1, **{**fields, **changes})

    def whole(self) -> list[Event]:
        """From the request to the delivery, in order."""
        requested = self.requested()
        built = self.built(requested)
        trained = self.trained(built)
        return [
            requested,
            *self.stage(Stage.SFM, 1, requested),
            built,
            *self.stage(Stage.TRAIN, 4, built),
            trained,
            *self.stage(Stage.COMPRESS, 7, trained),
            self.compressed(trained),
        ]


CAPTURE = Capture(
    photos_prefix="s3://spaceport/uploads/x/photos/",
    photos=tuple(
        Photo(name=f"{n}.jpg", key=f"{n}.jpg", bytes=1, sha256="0", width_px=4, height_px=3)
        for n in range(19)
    ),
    rejected=(RejectedPhoto(name="broken.jpg", reason="The file is damaged."),),
    warnings=("1 photo was left out.",),
)
