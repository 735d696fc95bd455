"""What must be true after every schedule."""

from collections import Counter, defaultdict

from spaceport_contracts.events import EVENT_TYPES
from spaceport_notify.known.status import Status, job_status
from spaceport_notify.ports import DELETED
from spaceport_runtime.ports import EndKind
from tests.choreography.people import mails_of
from tests.choreography.world import World

CALLS_PER_JOB = 40


def breaches(world: World) -> list[str]:
    """Every broken promise, in words; empty for a good schedule."""
    return [
        *_rest(world),
        *_one_end(world),
        *_one_launch(world),
        *_retries(world),
        *world.witness.complaints,
        *world.early,
        *world.unheard,
        *world.in_vain,
        *_causation(world),
        *_only_poison(world),
        *_people_know(world),
        *world.status.backwards,
        *_deleted(world),
        *_archive_replay(world),
    ]


def _rest(world: World) -> list[str]:
    if world.is_at_rest:
        many = world.rest_calls > CALLS_PER_JOB * len(world.uploads)
        return [f"took {world.rest_calls} calls to come to rest"] if many else []
    queued = {name: len(queue.messages) for name, queue in world.queues.items()}
    return [f"does not come to rest: queued {queued}, open {list(world.ledger.open)}"]


def _terminal_events(world: World) -> dict[tuple[str, int], set[str]]:
    ends: dict[tuple[str, int], set[str]] = defaultdict(set)
    for envelope in world.archive:
        if EVENT_TYPES[envelope["detail-type"]].terminal:
            detail = envelope["detail"]
            ends[detail["job_id"], detail["attempt"]].add(envelope["detail-type"])
    return ends


def _one_end(world: World) -> list[str]:
    found = []
    told = _terminal_events(world)
    jobs = len(world.job_ids) + len(world.ledger.deleted)
    if jobs != len(world.uploads):
        found.append(f"{len(world.uploads)} uploads became {jobs} jobs")
    for job_id in world.job_ids:
        _, last = world.ledger.jobs[job_id]
        for attempt in range(1, last + 1):
            end = world.ledger.ends.get((job_id, attempt))
            events = told.get((job_id, attempt), set())
            used = any(key.job_id == job_id and key.attempt == attempt for key in world.ledger.runs)
            if end is None and used:
                found.append(f"{job_id} attempt {attempt} has no end")
            elif end is not None and end.kind is not EndKind.SUPERSEDED and len(events) != 1:
                found.append(f"{job_id} attempt {attempt} is {end.kind} and told as {events}")
            elif (end is None or end.kind is EndKind.SUPERSEDED) and events:
                found.append(f"{job_id} attempt {attempt} told as {events} while going on")
    return found


def _one_launch(world: World) -> list[str]:
    launches = Counter(world.jobs.launches)
    return [f"{run} launched {n} times" for run, n in launches.items() if n > 1]


def _retries(world: World) -> list[str]:
    """A passing fault is retried, as often as it is worth and no more; nothing else is."""
    found = []
    for job in world.jobs.jobs.values():
        run = world.ledger.get(job.key)
        end = world.ledger.ends.get((job.key.job_id, job.key.attempt))
        if run is None or end is None or end.by != job.key.stage or job.key in world.bugged:
            continue
        if job.key.job_id in world.ledger.deleted:
            continue
        is_worth_it = run.retries < job.retries_worth
        if end.kind is EndKind.FAILED and is_worth_it:
            found.append(f"{job.name} was given up after {run.retries} retries")
        if end.kind is EndKind.SUPERSEDED and not is_worth_it:
            found.append(f"{job.name} was retried in vain, {run.retries} retries before")
    return found


STATUS_OF_END = {
    EndKind.DELIVERED: {Status.DELIVERED},
    EndKind.FAILED: {Status.FAILED, Status.REJECTED},
    EndKind.CANCELLED: {Status.CANCELLED},
}


def _people_know(world: World) -> list[str]:
    """The page shows the true end; at most one mail per end, and one for every splat."""
    found = []
    mails = mails_of(world.mailer.kinds)
    ends = Counter((job_id, end.kind) for (job_id, _), end in world.ledger.ends.items())
    for job_id in world.ledger.jobs:
        view, _ = world.status.read(job_id)
        end = world.ledger.ends.get((job_id, view.attempt)) if view else None
        if view is None or end is None or end.kind is EndKind.SUPERSEDED:
            found.append(f"nobody can see how {job_id} ended")
        elif job_status(view).status not in STATUS_OF_END[end.kind]:
            found.append(f"{job_id} is {end.kind}, its page says {job_status(view).status}")
        for kind, statuses in STATUS_OF_END.items():
            sent = sum(mails[job_id, status.value] for status in statuses)
            if sent > ends[job_id, kind]:
                found.append(f"{job_id}: {sent} mails about {ends[job_id, kind]} {kind}")
    return found


def _causation(world: World) -> list[str]:
    known = {envelope["detail"]["event_id"] for envelope in world.archive}
    return [
        f"{envelope['detail-type']} follows from nothing"
        for envelope in world.archive
        if (cause := envelope["detail"]["causation_id"]) not in known
        and not cause.startswith("upload:")
    ]


def _only_poison(world: World) -> list[str]:
    dead = [letter for queue in world.queues.values() for letter in queue.dead]
    found = [
        f"in the DLQ: {reason}: {body[:120]}" for body, reason in dead if body not in world.poison
    ]
    slow = [body for body, reason in dead if reason == "maxReceiveCount"]
    found += [f"poison took {len(slow)} detours" for _ in slow[:1]]
    if len(dead) < len(world.poison):
        found.append(f"{len(world.poison) - len(dead)} poisonous messages vanished")
    return found


def _deleted(world: World) -> list[str]:
    """Nothing is left of a deleted job: no file, no word of its cause, no status, no upload."""
    found = []
    for job_id in world.ledger.deleted:
        found += [f"{uri} outlived its job" for uri in world.listed(f"jobs/{job_id}/")]
        for key in (each for each in world.ledger.runs if each.job_id == job_id):
            run = world.ledger.get(key)
            if run is not None and (run.cause or run.is_open):
                found.append(f"{key} still says something of a deleted job")
        if world.status.read(job_id) != (None, DELETED) or world.status.events(job_id, 0, 1):
            found.append(f"{job_id} was deleted and still has a status")
    for upload in world.uploads_of_deleted():
        found += [f"{uri} outlived the job made from it" for uri in world.listed(upload)]
    return found


def _archive_replay(world: World) -> list[str]:
    before = _facts(world)
    world.replay_archive()
    changed = [] if _facts(world) == before else ["replaying the archive changed something"]
    return [*changed, *_deleted(world)]


def _facts(world: World) -> tuple[object, ...]:
    ledger, mails = world.ledger, world.mailer.kinds
    return dict(ledger.ends), list(world.jobs.launches), _terminal_events(world), mails
