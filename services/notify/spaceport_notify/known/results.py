"""Every file of a delivered job, with its hash and a link: what a program fetches into a folder."""

import hashlib
from collections.abc import Iterator
from http import HTTPStatus

from pydantic import Field

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.capture import Frozen
from spaceport_contracts.delivery import REPORT_NAMES, delivered_path
from spaceport_contracts.events import Stage
from spaceport_contracts.results import OutputFile, StageResult
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.download import LINK_SECONDS
from spaceport_notify.known.status import delivered_attempt
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_runtime.http.problems import Problem

ANY_TYPE = "application/octet-stream"


class ResultFile(Frozen):
    """One file: its path below the user's folder, and where it can be had."""

    path: str
    bytes: int
    sha256: str
    url: str = Field(description=f"good for {LINK_SECONDS // 60} minutes")


class Results(Frozen):
    """The answer of `GET /jobs/{job_id}/results`."""

    job_id: str
    attempt: int
    files: tuple[ResultFile, ...]


def results_of(view: JobView, kit: Kit) -> Results:
    """What the newest delivered attempt left; raises Problem 404 until its report is written."""
    attempt = delivered_attempt(view)
    report = view.reports.get(attempt) if attempt else None
    if attempt is None or report is None:
        told = f"Job {view.job_id} has no results yet. Wait until it is delivered."
        raise Problem(HTTPStatus.NOT_FOUND, told)
    files = (*_stage_files(view, attempt, kit), *_report_files(report, kit))
    linked = tuple(
        ResultFile(
            path=path,
            bytes=file.bytes,
            sha256=file.sha256,
            url=kit.links.temporary_link(uri, ANY_TYPE, LINK_SECONDS),
        )
        for path, uri, file in files
    )
    return Results(job_id=view.job_id, attempt=attempt, files=linked)


Lying = tuple[str, str, OutputFile]  # path in the folder, S3 URI, the file as its stage wrote it


def _stage_files(view: JobView, attempt: int, kit: Kit) -> Iterator[Lying]:
    for stage, outputs in _outputs(view, attempt):
        result = StageResult.model_validate_json(kit.store.read(outputs.index.uri))
        for file in result.files:
            path = delivered_path(stage, file.path)
            if path is not None:
                yield path, outputs.prefix + file.path, file


def _outputs(view: JobView, attempt: int) -> Iterator[tuple[Stage, ArtifactSet]]:
    """Of the stages that the splat rests on, in earlier attempts too."""
    past, compressed = ancestry(view, attempt), view.rounds[attempt].compressed
    if past.built:
        yield Stage.SFM, past.built.outputs
    if past.trained:
        yield Stage.TRAIN, past.trained.outputs
    if compressed:
        yield Stage.COMPRESS, compressed.outputs


def _report_files(prefix: str, kit: Kit) -> Iterator[Lying]:
    for name in REPORT_NAMES:
        content = kit.store.read(prefix + name)
        sha256 = hashlib.sha256(content).hexdigest()
        yield name, prefix + name, OutputFile(path=name, bytes=len(content), sha256=sha256)
