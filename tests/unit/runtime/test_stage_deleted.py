"""A deleted job: what runs for it stops at once, and nothing is begun for it any more."""

from tests.unit.runtime.rig import COMPLETED, INTERNAL, Rig

from spaceport_runtime.ports import RunState


def stopped(rig: Rig, n: int, attempt: int = 1) -> bool:
    return rig.jobs.jobs[rig.key(n, attempt).job_name].stop_requested


def test_what_runs_for_it_is_stopped_before_any_sweep() -> None:
    rig = Rig(machines=2)
    rig.ask(1)
    rig.ask(2)
    rig.delete(1)
    assert stopped(rig, 1)
    assert not stopped(rig, 2)


def test_what_waits_for_it_leaves_the_line() -> None:
    rig = Rig()
    rig.ask(1)
    rig.ask(2)
    rig.delete(2)
    rig.end(1, COMPLETED)
    rig.now_s += 3600
    rig.sweep()
    assert len(rig.jobs.launches) == 1
    assert rig.run(2).state is RunState.FINISHED


def test_every_attempt_is_looked_at() -> None:
    rig = Rig()
    rig.ask(1)
    rig.end(1, INTERNAL)
    rig.delete(1, attempts=2)
    assert stopped(rig, 1, attempt=2)


def test_a_run_that_is_over_is_left_alone() -> None:
    rig = Rig()
    rig.ask(1)
    rig.end(1, COMPLETED)
    rig.delete(1)
    assert not stopped(rig, 1)


def test_a_stage_that_has_nothing_of_it_has_nothing_to_do() -> None:
    rig = Rig()
    rig.delete(1)
    assert rig.said == []


def test_a_failure_after_the_deletion_is_not_tried_again() -> None:
    rig = Rig()
    rig.ask(1)
    rig.ledger.close_job(rig.key(1).job_id, "now")
    rig.end(1, INTERNAL)
    assert len(rig.jobs.launches) == 1
