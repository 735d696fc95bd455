"""A run comes to one end, nothing runs on after it, and a passing fault is tried again."""

import hashlib
from dataclasses import replace

import pytest
from bench.quick import outputs_of
from tests.choreography.fakes import FakeStore
from tests.choreography.faults import Crash
from tests.unit.runtime.rig import COMPLETED, INTERNAL, KILLED, STOPPED, DiesOnce, Rig

from spaceport_compress.handler import HANDLERS as COMPRESS
from spaceport_contracts.results import SfmResult
from spaceport_notify.service import SERVICE as NOTIFY
from spaceport_runtime.ports import End, EndKind, JobStatus, RunState
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import stage
from spaceport_runtime.stage.outputs import OutputsBroken, verify_outputs
from spaceport_runtime.stage.reconcile import parse_job_name
from spaceport_sfm.finish import announce
from spaceport_sfm.launch import order
from spaceport_sfm.settings import Settings

DAY_S = 86_400


def test_a_job_that_somebody_unknown_killed_is_tried_once_more() -> None:
    rig = Rig()
    rig.ask(1)
    rig.end(1, KILLED)
    assert rig.heard("StageFailed") == []
    rig.end(1, KILLED, attempt=2)
    (failed,) = rig.heard("StageFailed")
    assert "out of memory" in failed.reason
    assert len(rig.jobs.launches) == 2


def test_a_passing_fault_is_tried_twice_more() -> None:
    rig = Rig()
    rig.ask(1)
    for attempt in (1, 2, 3):
        assert rig.heard("StageFailed") == []
        rig.end(1, INTERNAL, attempt)
    assert len(rig.heard("StageFailed")) == 1
    assert len(rig.jobs.launches) == 3


def test_what_a_killed_child_leaves_in_the_failure_file_is_tried_once_more() -> None:
    rig = Rig()
    rig.ask(1)
    told = '{"class":"internal","reason":"Killed.","remedy":"Less.","retries":1}'
    for attempt in (1, 2):
        rig.end(1, JobStatus("Failed", "Failed", f"AlgorithmError: {told}, exit code: 1"), attempt)
    assert [(event.reason, event.remedy) for event in rig.heard("StageFailed")] == [
        ("Killed.", "Less.")
    ]


def test_a_cancelled_job_is_stopped() -> None:
    rig = Rig()
    rig.ask(1)
    rig.cancel(1)
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested
    rig.end(1, STOPPED)
    assert [event.detail_type() for event in rig.said] == ["StageStarted", "JobCancelled"]
    assert not rig.run(1).is_open


def test_a_cancelled_job_that_was_not_stopped_is_stopped_by_the_sweep() -> None:
    rig = Rig()
    rig.ask(1)
    rig.ledger.claim_end(rig.key(1).job_id, 1, End(EndKind.CANCELLED, "cancellation"))
    rig.sweep()
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested


def test_a_retry_is_cancelled_with_the_attempt_that_it_carries_on() -> None:
    rig = Rig()
    rig.ask(1)
    rig.end(1, INTERNAL)
    rig.cancel(1)
    assert rig.jobs.jobs[rig.key(1, 2).job_name].stop_requested
    assert [event.attempt for event in rig.heard("JobCancelled")] == [2]


def test_a_cancellation_that_comes_too_late_says_nothing() -> None:
    rig = Rig(handlers=COMPRESS)
    rig.ask(1)
    rig.end(1, COMPLETED)
    rig.cancel(1)
    assert [event.detail_type() for event in rig.said] == ["StageStarted", "SplatCompressed"]


def test_what_a_cancelled_job_has_finished_is_not_announced() -> None:
    rig = Rig()
    rig.ask(1)
    rig.cancel(1)
    rig.end(1, COMPLETED)
    assert [event.detail_type() for event in rig.said] == ["StageStarted", "JobCancelled"]
    assert not rig.run(1).is_open


def test_a_cancellation_that_comes_while_a_retry_is_decided_stands() -> None:
    rig = Rig()
    rig.ask(1)
    rig.cancel(1)
    rig.ledger.end_of = lambda job_id, attempt: None  # type: ignore[method-assign]
    rig.end(1, INTERNAL)
    assert len(rig.ledger.runs) == 1
    assert rig.heard("StageFailed") == []


def test_a_waiting_run_that_is_cancelled_never_starts() -> None:
    rig = Rig()
    for n in (1, 2, 3):
        rig.ask(n)
    rig.cancel(3)
    assert not rig.run(3).is_open
    rig.cancel(2)
    rig.end(1, COMPLETED)
    assert len(rig.jobs.launches) == 1
    rig.now_s += 61
    rig.sweep()
    assert not rig.run(2).is_open


def test_a_launch_that_died_half_way_leaks_no_machine_when_its_job_is_cancelled() -> None:
    rig = Rig()
    create = rig.jobs.create

    def create_after_a_cancellation(*request: object) -> None:
        rig.cancel(1)
        create(*request)  # type: ignore[arg-type]
        raise Crash

    rig.jobs.create = create_after_a_cancellation  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.ask(1)
    rig.sweep()
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested


def test_a_launch_that_races_with_a_cancellation_is_stopped_at_once() -> None:
    rig = Rig()
    create = rig.jobs.create

    def create_after_a_cancellation(*request: object) -> None:
        rig.cancel(1)
        create(*request)  # type: ignore[arg-type]

    rig.jobs.create = create_after_a_cancellation  # type: ignore[method-assign,assignment]
    rig.ask(1)
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested


def test_an_overdue_job_is_stopped_and_told_as_hung() -> None:
    rig = Rig()
    rig.ask(1)
    rig.now_s += rig.recipe.job.max_runtime_s
    rig.sweep()
    assert not rig.jobs.jobs[rig.key(1).job_name].stop_requested
    rig.now_s += DAY_S
    rig.sweep()
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested
    rig.end(1, STOPPED)
    (failed,) = rig.heard("StageFailed")
    assert (failed.failure_class, failed.reason) == ("timeout", "The stage hung and was stopped.")


def test_a_lost_run_whose_job_was_cancelled_is_closed_and_not_launched() -> None:
    rig = Rig()
    rig.ask(1)
    rig.jobs.jobs.clear()
    rig.cancel(1)
    rig.now_s += 61
    rig.sweep()
    assert not rig.run(1).is_open
    assert len(rig.jobs.launches) == 1


def test_a_lost_event_is_healed_by_the_sweep_and_one_broken_run_harms_no_other() -> None:
    rig = Rig(machines=2)
    rig.ask(1)
    rig.ask(2)
    rig.end(1, COMPLETED, told=False)
    rig.end(2, COMPLETED, told=False)

    def broken(name: str) -> None:
        if name == rig.key(1).job_name:
            raise ZeroDivisionError

    rig.jobs.on_describe = broken
    with pytest.raises(ExceptionGroup):
        rig.sweep()
    assert rig.run(1).is_open
    assert not rig.run(2).is_open
    assert [event.job_id for event in rig.heard("SparseModelBuilt")] == [rig.key(2).job_id]


def test_an_outcome_that_was_recorded_and_not_published_is_published_by_the_sweep() -> None:
    rig = Rig()
    rig.ask(1)
    publish, rig.platform.bus.publish = rig.publish, _die  # type: ignore[method-assign]
    with pytest.raises(Crash):
        rig.end(1, COMPLETED)
    assert rig.run(1).state is RunState.FINISHED
    rig.platform.bus.publish = publish  # type: ignore[method-assign]
    rig.sweep()
    assert len(rig.heard("SparseModelBuilt")) == 1
    assert not rig.run(1).is_open
    rig.hear_of(rig.key(1).job_name)
    assert len(rig.heard("SparseModelBuilt")) == 1


def _die(*_events: object) -> None:
    raise Crash


@pytest.mark.parametrize(
    ("status", "last_word"),
    [
        (COMPLETED, "SplatCompressed"),
        (JobStatus("Failed", "Failed", "AlgorithmError: , exit code: 1"), "StageFailed"),
    ],
)
def test_an_end_that_was_claimed_and_not_recorded_is_taken_up_again(
    status: JobStatus, last_word: str
) -> None:
    rig = Rig(handlers=COMPRESS)
    rig.ask(1)
    rig.ledger.finish = DiesOnce(rig.ledger.finish)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.end(1, status)
    rig.hear_of(rig.key(1).job_name)
    assert [event.detail_type() for event in rig.said] == ["StageStarted", last_word]


@pytest.mark.parametrize("heals", [True, False])
def test_a_launch_that_was_given_up_and_not_recorded_stays_given_up(heals: bool) -> None:
    rig = Rig()
    create, rig.jobs.create = rig.jobs.create, _break  # type: ignore[method-assign,assignment]
    rig.ledger.finish = DiesOnce(rig.ledger.finish)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.ask(1)
    if heals:
        rig.jobs.create = create  # type: ignore[method-assign]
    rig.sweep()
    assert [event.detail_type() for event in rig.said] == ["StageFailed"]
    assert rig.jobs.launches == []


def test_a_run_that_was_given_up_is_not_tried_again_whatever_its_job_says() -> None:
    rig = Rig()
    died = DiesOnce(rig.ledger.mark_running)
    rig.ledger.mark_running = died  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.ask(1)
    look, rig.jobs.on_describe = rig.jobs.on_describe, _break
    rig.ledger.finish = DiesOnce(rig.ledger.finish)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.ask(1)
    rig.jobs.on_describe = look
    rig.end(1, INTERNAL)
    assert len(rig.heard("StageFailed")) == 1
    assert len(rig.jobs.launches) == 1


@pytest.mark.parametrize("dies_at", ["stop", "finish"])
def test_a_job_that_an_earlier_try_created_does_not_outlive_the_launch_that_is_given_up(
    dies_at: str,
) -> None:
    rig = Rig()
    rig.ledger.mark_running = DiesOnce(rig.ledger.mark_running)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.ask(1)
    look, rig.jobs.on_describe = rig.jobs.on_describe, _break
    owner = rig.jobs if dies_at == "stop" else rig.ledger
    setattr(owner, dies_at, DiesOnce(getattr(owner, dies_at)))
    with pytest.raises(Crash):
        rig.ask(1)
    rig.jobs.on_describe = look
    rig.ask(1)
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested
    rig.end(1, STOPPED)
    rig.sweep()
    assert len(rig.heard("StageFailed")) == 1


def test_a_failure_that_was_claimed_stands_though_the_outputs_turn_up() -> None:
    rig = Rig(handlers=COMPRESS)
    rig.ask(1)
    rig.jobs.jobs[rig.key(1).job_name].output_prefix = "s3://elsewhere/"
    rig.end(1, COMPLETED)
    rig.jobs.jobs[rig.key(1, 2).job_name].output_prefix = "s3://elsewhere/"
    rig.end(1, COMPLETED, attempt=2)
    third = rig.jobs.jobs[rig.key(1, 3).job_name]
    right, third.output_prefix = third.output_prefix, "s3://elsewhere/"
    rig.ledger.finish = DiesOnce(rig.ledger.finish)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.end(1, COMPLETED, attempt=3)
    third.output_prefix = right
    rig.end(1, COMPLETED, attempt=3)
    assert [event.detail_type() for event in rig.said][-1] == "StageFailed"
    assert rig.heard("SplatCompressed") == []


def _break(*_request: object) -> None:
    raise ZeroDivisionError


def test_a_retry_that_was_decided_stands_though_the_outputs_turn_up() -> None:
    rig = Rig()
    rig.ask(1)
    rig.ledger.admit = DiesOnce(rig.ledger.admit)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.end(1, INTERNAL)
    rig.end(1, COMPLETED)
    assert rig.heard("SparseModelBuilt") == []
    assert [key.attempt for key in rig.jobs.launches] == [1, 2]


def test_the_seconds_of_a_stage_count_from_its_launch() -> None:
    rig = Rig()
    rig.ask(1)
    rig.ask(2)
    rig.now_s += 100
    rig.end(1, COMPLETED)
    rig.now_s += 50
    rig.end(2, COMPLETED)
    assert [event.seconds for event in rig.heard("SparseModelBuilt")] == [101, 50]


def test_a_job_that_was_stopped_from_outside_is_not_called_hung() -> None:
    rig = Rig()
    rig.ask(1)
    rig.end(1, STOPPED)
    assert [event.failure_class for event in rig.heard("StageFailed")] == ["stopped"]


def test_the_sweep_does_not_believe_an_index_that_lags() -> None:
    rig = Rig()
    rig.ask(1)
    stale = replace(rig.run(1), state=RunState.WAITING)
    rig.ledger.open_runs = lambda stage: [stale]  # type: ignore[method-assign]
    rig.ledger.claim_end(rig.key(1).job_id, 1, End(EndKind.CANCELLED, "cancellation"))
    rig.sweep()
    assert rig.jobs.jobs[rig.key(1).job_name].stop_requested


def test_an_overdue_job_that_says_why_it_failed_is_believed() -> None:
    rig = Rig()
    rig.ask(1)
    rig.now_s += DAY_S
    told = '{"class":"user","reason":"No overlap.","remedy":"Fly closer."}'
    rig.end(1, JobStatus("Failed", "Failed", f"AlgorithmError: {told}, exit code: 1"))
    assert [event.reason for event in rig.heard("StageFailed")] == ["No overlap."]


def test_only_a_service_with_a_job_is_a_stage() -> None:
    handlers = stage(NOTIFY, Settings, SfmResult, order, announce)
    with pytest.raises(TypeError, match="notify declares no job"):
        handlers.recipe(PlatformSettings(bucket="spaceport"))


def test_a_splat_without_its_scene_is_tried_again() -> None:
    rig = Rig(handlers=COMPRESS)
    rig.ask(1)
    prefix = rig.jobs.jobs[rig.key(1).job_name].output_prefix
    result = outputs_of("compress")["result.json"].replace(b"scene.sog", b"other.sog")
    rig.store.objects[prefix + "result.json"] = result
    rig.store.objects[prefix + "other.sog"] = outputs_of("compress")["scene.sog"]
    rig.end(1, COMPLETED)
    assert rig.heard("SplatCompressed") == []
    assert len(rig.jobs.launches) == 2


PREFIX = "s3://spaceport/jobs/x/"


def _stored() -> FakeStore:
    store = FakeStore()
    store.objects = {PREFIX + path: content for path, content in outputs_of("sfm").items()}
    return store


def test_whole_outputs_are_vouched_for_by_the_hash_of_their_index() -> None:
    result, outputs = verify_outputs(_stored(), PREFIX, SfmResult)
    assert result.photos_total == 18
    digest = hashlib.sha256(outputs_of("sfm")["result.json"]).hexdigest()
    assert outputs.index.sha256 == digest


@pytest.mark.parametrize(
    ("path", "content", "word"),
    [
        ("result.json", None, "does not exist"),
        ("result.json", b"{}", "is not a SfmResult"),
        ("sparse/0/points3D.bin", None, "does not exist"),
        ("sparse/0/points3D.bin", b"point", "instead of"),
        ("sparse/0/points3D.bin", b"stniop", "SHA-256"),
    ],
)
def test_broken_outputs_are_named(path: str, content: bytes | None, word: str) -> None:
    store = _stored()
    store.objects.pop(PREFIX + path)
    if content is not None:
        store.objects[PREFIX + path] = content
    with pytest.raises(OutputsBroken, match=word):
        verify_outputs(store, PREFIX, SfmResult)


@pytest.mark.parametrize("name", ["", "sfm", "sfm-x", "sfm-x-y", "my-own-job-01"])
def test_a_job_that_is_not_ours_is_left_alone(name: str) -> None:
    assert parse_job_name(name) is None
    Rig().hear_of(name)
