"""POST /start-job: admit a job and answer; the queue does the rest."""

import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus

from spaceport_contracts.events import Batch, RunAdmitted, Stage
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality
from spaceport_contracts.webhook import JobWebhook
from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.admission.intake import recognise
from spaceport_ingest.admission.runs import admit, ingest_run
from spaceport_ingest.admission.uploads import starts_a_job
from spaceport_ingest.inspect.plan import read_plan
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused
from spaceport_ingest.requests.jobs.locate import Located, locate
from spaceport_ingest.requests.jobs.standing import standing_of
from spaceport_ingest.requests.webhook import check_webhook, keep_webhook
from spaceport_ingest.submission import Submission
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import field_problem
from spaceport_runtime.ports import EndKind, RunKey, RunState

KEY_FIELD = "Idempotency-Key"


@dataclass(frozen=True)
class StartRequest:
    """What the caller asked for; `key`: the same request under it is the same job."""

    url: str
    email: str
    step: Stage
    quality: Quality | None = None
    title: str | None = None
    plan: str | None = None
    batch: Batch | None = None
    options: JobOptions | None = None
    webhook: JobWebhook | None = None
    key: str = ""

    @property
    def digest(self) -> str:
        """Another request has another one."""
        told = f"{self!r}{self.webhook.digest if self.webhook else ''}"
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class StartedJob:
    """The job, its current attempt and how that ended if it has."""

    job_id: str
    attempt: int
    end: EndKind | None


def start_job(request: StartRequest, kit: Kit) -> StartedJob:
    """Admit the job; the same request is the same job. Raises Problem."""
    found = locate(request.url, request.step, request.email, kit)
    submission = Submission(
        uri=found.uri,
        etag=found.etag,
        start_at=request.step,
        email=request.email,
        quality=request.quality,
        options=request.options,
        title=request.title or None,
        owner=caller().subject,
        plan=request.plan,
        batch=request.batch,
    )
    check_plan(submission.plan, submission.start_at, kit)
    check_webhook(request.webhook, kit)
    job_id = _job_id(submission, found, request.webhook, kit)
    if request.key:
        job_id = _same_job(request, job_id, kit)
    keep_webhook(request.webhook, job_id, kit)
    return set_off(job_id, submission, kit)


def _same_job(request: StartRequest, job_id: str, kit: Kit) -> str:
    """The job that the first request under this key became; raises Problem (422) when that one
    asked for something else."""
    digest = request.digest
    asked = "\n".join(("POST /start-job", caller().subject, request.key))
    now = kit.platform.clock().isoformat()
    if kit.platform.ledger.name_job(asked, digest, now) != digest:
        raise field_problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            KEY_FIELD,
            "The key was used for another request.",
            "Use a new key for another job.",
        )
    return kit.platform.ledger.name_job(f"{asked}\n{digest}", job_id, now)


def check_plan(plan: str | None, step: Stage, kit: Kit) -> None:
    """Raises Problem (422) for a plan that is not there, or goes with no photos."""
    if plan is None:
        return
    try:
        if step is not Stage.SFM:
            raise CaptureRefused("A plan goes with photos.", "Leave it out, or begin with sfm.")
        read_plan(plan, kit)
    except CaptureRefused as refused:
        raise field_problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "plan", refused.message, refused.remedy
        ) from refused


def set_off(job_id: str, submission: Submission | None, kit: Kit) -> StartedJob:
    """Admit the job's first run, if somebody asks for it, and say how the job stands."""
    run = ingest_run(job_id)
    if submission is not None:
        admit(run, submission, kit)
    known = kit.platform.ledger.get(run)
    if known is not None and known.state is not RunState.FINISHED:
        kit.queue.send_later(_message(run), 0, 0)
    standing = standing_of(run.job_id, kit)
    return StartedJob(run.job_id, standing.attempt, standing.end.kind if standing.end else None)


def _job_id(submission: Submission, found: Located, webhook: JobWebhook | None, kit: Kit) -> str:
    """An upload that started a job by itself is that job, unless something else is asked of it,
    or somebody else asks. A batch has jobs of its own.
    """
    is_plain = submission.batch is None and webhook is None
    begins_itself = is_plain and starts_a_job(found.uri, kit.bucket)
    is_same = begins_itself and caller().owns(kit.uploads_owner)
    if submission.start_at is Stage.SFM and is_same:
        by_itself = recognise(Submission(uri=found.uri, etag=found.etag), kit).wishes
        if recognise(submission, kit).wishes == by_itself:
            return job_of(kit, found.uri, found.etag)
    batch = submission.batch.batch_id if submission.batch else ""
    plan = f"plan:{submission.plan}" if submission.plan else ""
    options = submission.options.model_dump_json() if submission.options else ""
    hook = f"webhook:{webhook.digest}" if webhook else ""
    return job_of(
        kit,
        found.uri,
        found.etag,
        submission.start_at,
        submission.email or "",
        submission.quality or "",
        submission.title or "",
        *filter(None, (submission.owner, batch, plan, options, hook)),
    )


def _message(run: RunKey) -> str:
    """Our own note to ourselves, in EventBridge's envelope like everything in the queue."""
    note = RunAdmitted(job_id=run.job_id, attempt=run.attempt)
    name, detail = RunAdmitted.__name__, note.model_dump()
    return json.dumps({"source": "spaceport.ingest", "detail-type": name, "detail": detail})
