"""What all three stages do: admit a request, launch its job once, in order of arrival.

Every function is safe to run again from the top, at any time, by several Lambdas at once. The
ledger's conditional writes and the SageMaker job's name decide who was first; the rest is asked of
SageMaker and S3 (`reconcile.py`).
"""

from spaceport_contracts.events import Event, FailureClass, StageStarted, StageWaiting
from spaceport_runtime.errors import NoCapacity, Retryable
from spaceport_runtime.lineage import follow, to_outbox
from spaceport_runtime.observe import logger
from spaceport_runtime.ports import Platform, Run, RunKey, RunState
from spaceport_runtime.stage.failures import Failure
from spaceport_runtime.stage.kit import StageKit, cause_of, has_ended
from spaceport_runtime.stage.outcome import deliver, fail

LINE_HEAD = 25


def begin(cause: Event, kit: StageKit, platform: Platform) -> None:
    """Handle an event that asks for this stage."""
    key = RunKey(kit.service.name, cause.job_id, cause.attempt)
    arrived_at = platform.clock().isoformat()
    run = Run(key, arrived_at, cause.detail_type(), cause.model_dump_json())
    if platform.ledger.admit(run) or _is_waiting(key, platform):
        launch_waiting(kit, platform)
        _tell_end_of_line(key, kit, platform)


def _is_waiting(key: RunKey, platform: Platform) -> bool:
    known = platform.ledger.get(key)
    return known is not None and known.state is RunState.WAITING


def _tell_end_of_line(key: RunKey, kit: StageKit, platform: Platform) -> None:
    """Who arrives behind the head of the line is told the place once, and again near its end."""
    run = platform.ledger.get(key)
    if run is not None and run.state is RunState.WAITING and run.place is None:
        _tell_place(run, max(1, platform.ledger.count_waiting(kit.service.name)), kit, platform)


def launch_waiting(kit: StageKit, platform: Platform) -> None:
    """Launch what waits, oldest first, until the account has no machine left; tell the rest.

    Only the head of the line is read: at most as many runs as can be launched by one call.
    """
    waiting = platform.ledger.waiting_runs(kit.service.name, LINE_HEAD)
    for launched, run in enumerate(waiting):
        try:
            launch(run, kit, platform)
        except NoCapacity:
            _tell_places(waiting[launched:], kit, platform)
            return
        except Retryable:
            raise
        except Exception as error:  # one that cannot be launched must not block all the others
            _give_up(run, error, kit, platform)


def launch(run: Run, kit: StageKit, platform: Platform) -> None:
    """Launch one run's job unless its attempt has ended; a second call changes nothing."""
    if has_ended(run, platform):
        drop(run, kit, platform)
        return
    cause = cause_of(run)
    plan = kit.plan(run, cause)
    options = plan.options.model_dump_json().encode()
    platform.store.write(plan.options_uri, options, "application/json")
    platform.jobs.create(plan.kind, plan.request)
    now = platform.clock()
    started = follow(
        StageStarted,
        cause,
        run.key.attempt,
        now,
        kit.stage,
        stage=kit.stage,
        instance_type=plan.instance_type,
    )
    platform.bus.publish(started)
    platform.ledger.mark_running(run.key, now.isoformat())
    if has_ended(run, platform):
        platform.jobs.stop(kit.kind, run.key.job_name)


def _give_up(run: Run, error: Exception, kit: StageKit, platform: Platform) -> None:
    logger.exception("cannot launch", extra={"job_name": run.key.job_name})
    failure = Failure(
        FailureClass.INTERNAL,
        f"The {kit.stage} job could not be started: {type(error).__name__}: {error}",
        "Run it again; if it repeats, report it.",
    )
    platform.ledger.finish(run.key, to_outbox(fail(run, failure, kit, platform)))
    deliver(run.key, platform)


def drop(run: Run, kit: StageKit, platform: Platform) -> None:
    """End a run that nobody waits for any more, without a word."""
    platform.jobs.stop(kit.kind, run.key.job_name)
    platform.ledger.finish(run.key, to_outbox(()))
    platform.ledger.close(run.key)


def _tell_places(waiting: list[Run], kit: StageKit, platform: Platform) -> None:
    for place, run in enumerate(waiting, start=1):
        if _is_news(place, run.place):
            _tell_place(run, place, kit, platform)


def _tell_place(run: Run, place: int, kit: StageKit, platform: Platform) -> None:
    cause = cause_of(run)
    news = follow(
        StageWaiting,
        cause,
        run.key.attempt,
        platform.clock(),
        kit.stage,
        place,
        stage=kit.stage,
        place=place,
        instance_type=kit.plan(run, cause).instance_type,
    )
    platform.bus.publish(news)
    platform.ledger.remember_place(run.key, place)


def _is_news(place: int, told: int | None) -> bool:
    """The last five places are counted down; before, only a halving is worth an event."""
    return told is None or (place < told and (place <= 5 or place * 2 <= told))
