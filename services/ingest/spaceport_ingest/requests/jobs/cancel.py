"""POST /jobs/{id}/cancel: ask the stages to stop the current attempt."""

from http import HTTPStatus

from spaceport_contracts.events import CancellationRequested
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.jobs.standing import published_by, standing_of
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.lineage import originate
from spaceport_runtime.ports import EndKind

ENDED = {
    EndKind.DELIVERED: "has been delivered already",
    EndKind.FAILED: "has failed already",
    EndKind.CANCELLED: "has been cancelled already",
    EndKind.SUPERSEDED: "is being run again",
}


def cancel_job(job_id: str, kit: Kit) -> int:
    """The attempt that is asked to stop; raises Problem: 404 unknown, 409 ended already.

    Asking twice is the same request: the event's id is made of the job and the attempt.
    """
    standing = standing_of(job_id, kit)
    attempt = standing.attempt
    if standing.end is not None:
        raise Problem(
            HTTPStatus.CONFLICT,
            f"Job {job_id} {ENDED[standing.end.kind]}. There is nothing left to cancel.",
        )
    cause = published_by(job_id, attempt, kit) or published_by(job_id, 1, kit)
    request = originate(
        CancellationRequested,
        job_id,
        attempt,
        cause.event_id if cause else standing.record.cause_id,
        kit.platform.clock(),
    )
    kit.platform.bus.publish(request)
    return attempt
