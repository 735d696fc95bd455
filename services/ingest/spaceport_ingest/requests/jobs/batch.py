"""POST /batches: many captures at once, each a job of its own, with one mail about all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from spaceport_contracts.events import Batch, Stage
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality
from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.jobs.locate import locate
from spaceport_ingest.requests.jobs.start import StartRequest, start_job
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import FieldError, Problem


@dataclass(frozen=True)
class BatchRequest:
    """What the caller asked for; `captures` are address and title of each."""

    email: str
    captures: Sequence[tuple[str, str | None]]
    title: str = ""
    quality: Quality | None = None
    options: JobOptions | None = None


@dataclass(frozen=True)
class BatchJob:
    """A capture that became a job."""

    job_id: str
    url: str
    title: str | None


@dataclass(frozen=True)
class StartedBatch:
    """The batch; what could not begin is `refused`, the field naming the capture."""

    batch_id: str
    jobs: tuple[BatchJob, ...]
    refused: tuple[FieldError, ...]


def start_batch(request: BatchRequest, kit: Kit) -> StartedBatch:
    """Start what can be started; the same request again is the same batch.

    Raises Problem 422 where nothing can.
    """
    found = list(_look(request, kit))
    refused = tuple(each for each in found if isinstance(each, FieldError))
    good = [each for each in found if not isinstance(each, FieldError)]
    if not good:
        detail = "None of the captures can be started. Mend what is said of each."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, refused)
    batch_id = _batch_id(request, [etag for _, etag in good], kit)
    batch = Batch(batch_id=batch_id, jobs=len(good), title=request.title)
    jobs = [
        BatchJob(start_job(replace(each, batch=batch), kit).job_id, each.url, each.title)
        for each, _ in good
    ]
    return StartedBatch(batch_id, tuple(jobs), refused)


def _look(request: BatchRequest, kit: Kit) -> Iterator[tuple[StartRequest, str] | FieldError]:
    """What each capture would be started with, and its content's digest; or what is wrong."""
    seen: set[str] = set()
    for number, (url, title) in enumerate(request.captures):
        wanted = StartRequest(
            url, request.email, Stage.SFM, request.quality, title, options=request.options
        )
        field = f"captures.{number}.s3Url"
        try:
            located = locate(url, Stage.SFM, request.email, kit)
        except Problem as problem:
            said = problem.errors[0]
            yield FieldError(field=field, message=said.message, remedy=said.remedy)
            continue
        if located.uri in seen:
            message = f"{located.uri} is in the list twice."
            yield FieldError(field=field, message=message, remedy="Name each capture once.")
            continue
        seen.add(located.uri)
        yield wanted, f"{located.uri} {located.etag} {title or ''}"


def _batch_id(request: BatchRequest, captures: list[str], kit: Kit) -> str:
    """128 random bits for a request that is new."""
    asked = [request.email, request.quality or "", request.title, caller().subject]
    if request.options is not None:
        asked.append(request.options.model_dump_json())
    return job_of(kit, "POST /batches", *asked, *captures)
