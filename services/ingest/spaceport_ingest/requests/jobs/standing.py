"""Which attempt of a job is the current one, and how it stands."""

from dataclasses import dataclass
from http import HTTPStatus

from spaceport_contracts.events import Event, Stage
from spaceport_ingest.admission.runs import ingest_run
from spaceport_ingest.ports import Kit
from spaceport_ingest.submission import Submission
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.lineage import from_outbox
from spaceport_runtime.ports import End, EndKind, RunKey


@dataclass(frozen=True)
class Standing:
    """`end` is None while the attempt goes on; `highest` is the last number ever given."""

    record: Submission
    attempt: int
    highest: int
    end: End | None


def standing_of(job_id: str, kit: Kit) -> Standing:
    """The attempt that counts; raises Problem (404) for an unknown job, and for another one's.

    A number that was given but never used (its taker died, or lost a race) does not count: the
    current attempt is the highest that has a run, or the one that carries on for it.
    """
    known = kit.platform.ledger.job_record(job_id)
    record = Submission.model_validate_json(known[0]) if known else None
    if known is None or record is None or not caller().owns(record.owner):
        raise unknown_job(job_id)
    highest = known[1]
    attempt = next((n for n in range(highest, 1, -1) if _has_run(job_id, n, kit)), 1)
    end = kit.platform.ledger.end_of(job_id, attempt)
    while end is not None and end.kind is EndKind.SUPERSEDED and end.next_attempt is not None:
        attempt = end.next_attempt
        end = kit.platform.ledger.end_of(job_id, attempt)
    return Standing(record, attempt, max(highest, attempt), end)


def unknown_job(job_id: str) -> Problem:
    """404, also for a job of somebody else, and for one that was deleted."""
    detail = f"There is no job {job_id}. Check the id that POST /start-job answered."
    return Problem(HTTPStatus.NOT_FOUND, detail)


def _has_run(job_id: str, attempt: int, kit: Kit) -> bool:
    stages = (ingest_run(job_id).stage, *Stage)
    keys = (RunKey(str(stage), job_id, attempt) for stage in stages)
    return any(kit.platform.ledger.get(key) is not None for key in keys)


def published_by(job_id: str, attempt: int, kit: Kit) -> Event | None:
    """What ingest published for an attempt."""
    run = kit.platform.ledger.get(ingest_run(job_id, attempt))
    events = from_outbox(run.outcome) if run is not None and run.outcome else ()
    return events[0] if events else None
