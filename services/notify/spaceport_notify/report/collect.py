"""The report of a delivered attempt: put together from the stages' results."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from spaceport_contracts.capture import Capture, RejectedPhoto
from spaceport_contracts.events import ReconstructionRequested, SplatCompressed, Stage
from spaceport_contracts.flight import FlightReport, PlannedFlight
from spaceport_contracts.report import (
    CompressReport,
    PhotosReport,
    Report,
    SecondsReport,
    SfmReport,
    TrainReport,
)
from spaceport_contracts.results import (
    CompressResult,
    OutputFile,
    SfmResult,
    StageResult,
    TrainResult,
)
from spaceport_notify.known.ancestry import Ancestry, ancestry, fallback_request
from spaceport_notify.known.view import JobView
from spaceport_notify.report.flight import held_against
from spaceport_runtime.ports import Store

Part = TypeVar("Part", bound=BaseModel)


@dataclass(frozen=True)
class Collected:
    """A report, and where the files that it shows lie (name -> file, URI)."""

    report: Report
    attempt: int
    delivered_at: datetime
    files: dict[str, tuple[OutputFile, str]]


@dataclass(frozen=True)
class Parts:
    """What the stages and ingest left in S3; None where the job skipped the stage."""

    capture: Capture | None
    plan: PlannedFlight | None
    sfm: SfmResult | None
    train: TrainResult | None
    compress: CompressResult


def collect(view: JobView, attempt: int, store: Store) -> Collected:
    """Read what the attempt rests on and put it into a report."""
    compressed = view.rounds[attempt].compressed
    if compressed is None:
        raise ValueError(f"attempt {attempt} of {view.job_id} was not delivered")
    past = ancestry(view, attempt)
    parts = _read(past, compressed, store)
    request = past.request or fallback_request(view, attempt)
    compress = parts.compress
    report = Report(
        job_id=view.job_id,
        title=(request.title if request else "").strip() or "Untitled capture",
        quality=request.quality.value if request else "unknown",
        photos=_photos(parts),
        sfm=_part(SfmReport, parts.sfm),
        train=_part(TrainReport, parts.train),
        compress=CompressReport(
            bytes=compress.bytes, ratio=compress.ratio, psnr_vs_ply_db=compress.psnr_vs_ply_db
        ),
        seconds=_seconds(past, compressed),
        estimate=request.estimate if request else None,
        flight=_flight(parts),
        warnings=_warnings(parts, past),
    )
    return Collected(report, attempt, compressed.occurred_at, _files(parts, past, compressed))


def _read(past: Ancestry, compressed: SplatCompressed, store: Store) -> Parts:
    compress = store.read(compressed.outputs.index.uri)
    built, trained = past.built, past.trained
    photos = _photo_request(past)
    return Parts(
        capture=_read_capture(photos, store) if photos else None,
        plan=_read_plan(photos, store) if photos else None,
        sfm=SfmResult.model_validate_json(store.read(built.outputs.index.uri)) if built else None,
        train=(
            TrainResult.model_validate_json(store.read(trained.outputs.index.uri))
            if trained
            else None
        ),
        compress=CompressResult.model_validate_json(compress),
    )


def _photo_request(past: Ancestry) -> ReconstructionRequested | None:
    """The request that brought photos."""
    return next((each for each in past.requests if each.start_at is Stage.SFM), None)


def _read_capture(request: ReconstructionRequested, store: Store) -> Capture:
    return Capture.model_validate_json(store.read(request.inputs.index.uri))


def _read_plan(request: ReconstructionRequested, store: Store) -> PlannedFlight | None:
    if request.plan is None:
        return None
    return PlannedFlight.model_validate_json(store.read(request.plan.uri))


def _flight(parts: Parts) -> FlightReport | None:
    if parts.plan is None or parts.capture is None:
        return None
    return held_against(parts.plan, parts.capture)


def _photos(parts: Parts) -> PhotosReport | None:
    if parts.sfm is None:
        return None
    left_out = (*(parts.capture.rejected if parts.capture else ()), *parts.sfm.photos_rejected)
    by_name: dict[str, RejectedPhoto] = {}
    for photo in left_out:
        by_name.setdefault(photo.name, photo)
    usable = len(parts.capture.photos) if parts.capture else parts.sfm.photos_total
    rejected_before = len(parts.capture.rejected) if parts.capture else 0
    return PhotosReport(
        total=usable + rejected_before,
        registered=parts.sfm.photos_registered,
        rejected=tuple(by_name.values()),
    )


def _part(part: type[Part], result: StageResult | None) -> Part | None:
    """A stage's part of the report: every figure that both name, none to be forgotten."""
    return part.model_validate(result, from_attributes=True) if result else None


def _seconds(past: Ancestry, compressed: SplatCompressed) -> SecondsReport:
    """Total: the wall clock of this run with its waiting, and the stages that it took over."""
    photos = _photo_request(past)
    ingest_s = photos.ingest_seconds if photos else None
    sfm_s = past.built.seconds if past.built else None
    train_s = past.trained.seconds if past.trained else None
    parts_s = (ingest_s or 0.0) + (sfm_s or 0.0) + (train_s or 0.0)
    total_s = parts_s + compressed.seconds
    if past.request:
        since = past.request.occurred_at
        run_s = (compressed.occurred_at - since).total_seconds()
        reused = (each for each in (past.built, past.trained) if each and each.occurred_at < since)
        total_s = run_s + (ingest_s or 0.0) + sum(each.seconds for each in reused)
    return SecondsReport(
        ingest=ingest_s, sfm=sfm_s, train=train_s, compress=compressed.seconds, total=total_s
    )


def _warnings(parts: Parts, past: Ancestry) -> tuple[str, ...]:
    sources = (parts.capture, parts.sfm, parts.train, parts.compress)
    warnings = [warning for source in sources if source for warning in source.warnings]
    if not past.complete:
        warnings.append("Some of this job's figures did not arrive and are missing here.")
    return tuple(dict.fromkeys(warnings))


def _files(
    parts: Parts, past: Ancestry, compressed: SplatCompressed
) -> dict[str, tuple[OutputFile, str]]:
    """Everything that the page may show or link to, by the path in the stage's output folder."""
    sources: list[tuple[StageResult, str]] = [(parts.compress, compressed.outputs.prefix)]
    if parts.train and past.trained:
        sources.append((parts.train, past.trained.outputs.prefix))
    return {
        file.path: (file, prefix + file.path) for result, prefix in sources for file in result.files
    }
