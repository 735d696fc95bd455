"""Delete a job: stop it, then remove everything of it, whatever happens on the way.

A deletion is a run of its own in the ledger, so that the sweep finishes what a crash cut short.
First the job is closed (no attempt can be added) and every attempt ended; `JobDeleted` tells the
stages to stop what runs, and notify to forget. What lies in S3 goes when the last of the job's runs
is closed, because until then somebody may still write. What stays are stones: the job's id, and
for each of its runs that there was one, so that no late event begins anything.
"""

from spaceport_contracts.events import JobDeleted, Stage
from spaceport_contracts.places import AREAS, area_of
from spaceport_contracts.uploads import MANIFEST_NAME, PHOTOS_FOLDER
from spaceport_contracts.webhook import job_webhook_uri
from spaceport_ingest.admission.begun import drop
from spaceport_ingest.ports import Kit
from spaceport_ingest.service import SERVICE
from spaceport_ingest.submission import Deletion
from spaceport_ingest.upload import upload_of
from spaceport_runtime.errors import Retryable
from spaceport_runtime.lineage import originate
from spaceport_runtime.ports import End, EndKind, Run, RunKey, RunState

DELETION = "deletion"
STAGES = (SERVICE.name, *Stage)


def deletion_of(job_id: str) -> RunKey:
    """The deletion's own run; that there is one says that the job is deleted."""
    return RunKey(DELETION, job_id, 1)


def begin_deletion(job_id: str, deletion: Deletion, kit: Kit) -> None:
    """Record the wish, then tell everybody; the rest is done as soon as nothing runs any more."""
    key, now = deletion_of(job_id), kit.platform.clock().isoformat()
    kit.platform.ledger.admit(Run(key, now, Deletion.__name__, deletion.model_dump_json()))
    _announce(key, kit)


def on_deleted(event: JobDeleted, kit: Kit) -> None:
    """Our own word comes back to us by the queue: remove what can be removed by now."""
    finish_deletion(deletion_of(event.job_id), kit)


def sweep_deletions(kit: Kit) -> None:
    """Go on with what is not finished; raises ExceptionGroup at the end."""
    broken: list[Exception] = []
    for run in kit.platform.ledger.open_runs(DELETION):
        try:
            finish_deletion(run.key, kit)
        except Exception as error:
            broken.append(error)
    if broken:
        raise ExceptionGroup("deletions that are not finished", broken)


def finish_deletion(key: RunKey, kit: Kit) -> None:
    """Remove everything of the job. Raises Retryable while something of it still runs."""
    ledger = kit.platform.ledger
    run = ledger.get(key)
    if run is None or run.state is RunState.FINISHED:
        return
    attempts = _announce(key, kit)
    runs = [RunKey(stage, key.job_id, n) for stage in STAGES for n in range(1, attempts + 1)]
    if any(known.is_open for known in map(ledger.get, runs) if known is not None):
        raise Retryable(f"job {key.job_id} is still being stopped")
    for each in runs:
        ledger.erase(each)
    for area in AREAS:
        kit.platform.store.remove(area_of(area, key.job_id, kit.bucket))
    kit.platform.store.remove(job_webhook_uri(key.job_id, kit.bucket))
    _remove_upload(Deletion.model_validate_json(run.cause).uri, key.job_id, kit)
    ledger.erase(key)


def _announce(key: RunKey, kit: Kit) -> int:
    """Close the job, end its attempts, and say so once; returns how many attempts there were."""
    ledger, now = kit.platform.ledger, kit.platform.clock()
    attempts = ledger.close_job(key.job_id, now.isoformat())
    run = ledger.get(key)
    if run is None or not run.is_waiting:
        return attempts
    for attempt in range(1, attempts + 1):
        ledger.claim_end(key.job_id, attempt, End(EndKind.CANCELLED, by=DELETION))
    deletion = Deletion.model_validate_json(run.cause)
    whose = {"owner": deletion.owner, "batch": deletion.batch}
    event = originate(JobDeleted, key.job_id, attempts, deletion.cause_id, now, **whose)
    kit.platform.bus.publish(event)
    ledger.mark_running(key, now.isoformat())
    return attempts


def _remove_upload(uri: str, job_id: str, kit: Kit) -> None:
    """What the job was made from, unless another job was made from it too."""
    if not kit.platform.ledger.release(uri, job_id):
        return
    upload_id = upload_of(uri.removeprefix(f"s3://{kit.bucket}/"))
    upload = kit.register.find(upload_id) if upload_id else None
    if upload is not None:
        drop(upload_id, upload.created_at, kit)
        return
    folder, _, name = uri.rpartition("/")
    if name == MANIFEST_NAME:
        kit.platform.store.remove(f"{folder}/{PHOTOS_FOLDER}")
    if not uri.startswith(tuple(f"s3://{kit.bucket}/{area}/" for area in AREAS)):
        kit.platform.store.remove(uri)
