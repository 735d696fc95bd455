"""Who waits is launched as soon as that is possible, in order of arrival, and told the truth."""

from dataclasses import replace

import pytest
from tests.choreography.faults import Crash
from tests.unit.runtime.rig import COMPLETED, INTERNAL, DiesOnce, Rig

from spaceport_contracts.results import Quality, StageOptions
from spaceport_runtime.errors import Denied, Retryable
from spaceport_runtime.ports import RunState
from spaceport_runtime.service import Machine
from spaceport_runtime.stage.launch import launch_waiting
from spaceport_runtime.stage.line import LINE_HEAD


def test_a_run_just_admitted_is_launched_although_the_index_does_not_show_it_yet() -> None:
    rig = Rig(lag_s=30)
    rig.ask(1)
    assert rig.run(1).state is RunState.RUNNING
    assert rig.heard("StageWaiting") == []


def test_a_retry_is_launched_at_once_although_the_index_does_not_show_it_yet() -> None:
    rig = Rig(lag_s=30)
    rig.ask(1)
    rig.end(1, INTERNAL)
    assert [key.attempt for key in rig.jobs.launches] == [1, 2]


def test_a_lost_run_is_launched_again_by_the_sweep_that_finds_it() -> None:
    rig = Rig(lag_s=30)
    rig.ask(1)
    rig.jobs.jobs.clear()
    rig.now_s += 45
    rig.sweep()
    assert rig.run(1).state is RunState.RUNNING
    assert len(rig.jobs.launches) == 1
    rig.now_s += 45
    rig.sweep()
    assert len(rig.jobs.launches) == 2


def test_a_run_that_the_index_still_lists_is_not_launched_or_told_again() -> None:
    rig = Rig(machines=1, lag_s=0)
    rig.ask(1)
    rig.ask(2)
    stale = rig.run(2)
    rig.end(1, COMPLETED)
    assert rig.run(2).state is RunState.RUNNING
    rig.ledger.waiting_runs = lambda stage, limit: [stale]  # type: ignore[method-assign]
    rig.said.clear()
    rig.ask(3)
    assert [event.job_id for event in rig.heard("StageWaiting")] == [rig.key(3).job_id]
    assert len(rig.jobs.launches) == 2


def test_the_line_moves_in_order_of_arrival_and_says_so() -> None:
    rig = Rig()
    for n in range(1, 5):
        rig.ask(n)
    assert [(event.job_id[-1], event.place) for event in rig.heard("StageWaiting")] == [
        ("2", 1),
        ("3", 2),
        ("4", 3),
    ]
    rig.said.clear()
    rig.end(1, COMPLETED)
    assert [key.job_id[-1] for key in rig.jobs.launches] == ["1", "2"]
    assert [(event.job_id[-1], event.place) for event in rig.heard("StageWaiting")] == [
        ("3", 1),
        ("4", 2),
    ]


def test_who_stands_behind_the_head_of_the_line_is_told_how_many_wait() -> None:
    rig = Rig(machines=0)
    for n in range(1, LINE_HEAD + 11):
        rig.ask(n)
    assert [event.place for event in rig.heard("StageWaiting")] == list(range(1, LINE_HEAD + 11))


def test_far_from_the_head_only_a_halving_is_news() -> None:
    rig = Rig(machines=0)
    for n in range(1, 21):
        rig.ask(n)
    rig.said.clear()
    for n in range(1, 8):
        rig.cancel(n)
    rig.ask(21)
    told = {int(event.job_id, 16): event.place for event in rig.heard("StageWaiting")}
    assert told == {8: 1, 9: 2, 10: 3, 11: 4, 12: 5, 13: 6, 14: 7, 21: 14}


def test_a_cancelled_run_holds_no_place() -> None:
    rig = Rig(machines=0)
    rig.ask(1)
    rig.cancel(1)
    rig.ask(2)
    assert [event.place for event in rig.heard("StageWaiting")] == [1, 1]


def test_who_is_listed_still_but_waits_no_more_or_was_told_already_hears_nothing() -> None:
    rig = Rig()
    for n in (1, 2, 3):
        rig.ask(n)
    stale = [replace(rig.run(n), place=None) for n in (2, 3)]
    rig.cancel(3)
    rig.ledger.put(replace(rig.run(3), place=None))
    rig.ledger.waiting_runs = lambda stage, limit: stale  # type: ignore[method-assign]
    rig.said.clear()
    rig.sweep()
    assert rig.said == []


def test_a_cancelled_run_that_was_being_launched_holds_no_place_either() -> None:
    rig = Rig()
    for n in (1, 2, 3):
        rig.ask(n)
    rig.cancel(2)
    rig.said.clear()
    rig.jobs.quotas = dict.fromkeys(rig.jobs.quotas, 0)
    rig.end(1, INTERNAL)
    rig.ask(4)
    told = [(event.job_id[-1], event.place) for event in rig.heard("StageWaiting")]
    assert told == [("1", 1), ("4", 3)]


def test_a_run_in_hand_that_somebody_else_launched_is_left_alone() -> None:
    rig = Rig()
    rig.ask(1)
    launch_waiting(rig.recipe, rig.platform, [rig.key(1)])
    assert len(rig.heard("StageStarted")) == 1


def test_a_job_whose_creator_died_is_found_and_not_told_to_wait() -> None:
    rig = Rig()
    rig.ledger.mark_running = DiesOnce(rig.ledger.mark_running)  # type: ignore[method-assign,assignment]
    with pytest.raises(Crash):
        rig.ask(1)
    rig.ask(1)
    assert rig.run(1).state is RunState.RUNNING
    assert rig.heard("StageWaiting") == []
    assert len(rig.jobs.launches) == 1


def test_who_waits_for_a_large_machine_does_not_keep_a_small_one_idle() -> None:
    rig = Rig(fleet=(Machine("small", 300), Machine("large")))
    rig.ask(1, photos=1000)
    rig.ask(2, photos=1000)
    rig.ask(3, photos=20)
    rig.ask(4, photos=20)
    assert [key.job_id[-1] for key in rig.jobs.launches] == ["1", "3"]
    told = [
        (event.job_id[-1], event.instance_type, event.place) for event in rig.heard("StageWaiting")
    ]
    assert told == [("2", "large", 1), ("4", "small", 1)]
    rig.end(1, COMPLETED)
    rig.end(3, COMPLETED)
    assert [key.job_id[-1] for key in rig.jobs.launches] == ["1", "3", "2", "4"]


def test_a_job_finds_its_options() -> None:
    rig = Rig()
    rig.ask(1)
    uri = f"s3://spaceport/work/{rig.key(1).job_id}/sfm/01/options/options.json"
    assert StageOptions.model_validate_json(rig.store.objects[uri]).quality is Quality.DRAFT


class Refusal:
    """SageMaker refuses some jobs, or all."""

    def __init__(self, rig: Rig, error: Exception, *job_ids: str) -> None:
        self.error, self.job_ids = error, job_ids
        self.create, rig.jobs.create = rig.jobs.create, self  # type: ignore[method-assign,assignment]
        self.is_on = True

    def __call__(self, kind: object, request: dict[str, object]) -> None:
        name = str(request["ProcessingJobName"])
        if self.is_on and (not self.job_ids or name.split("-")[1] in self.job_ids):
            raise self.error
        self.create(kind, request)  # type: ignore[arg-type]


def test_what_aws_denies_waits_and_fails_nobody() -> None:
    rig = Rig(machines=3)
    refusal = Refusal(rig, Denied("AccessDenied", "not since the last deployment"))
    for n in (1, 2, 3):
        with pytest.raises(Denied):
            rig.ask(n)
    with pytest.raises(ExceptionGroup):
        rig.sweep()
    assert rig.said == []
    refusal.is_on = False
    rig.sweep()
    assert all(rig.run(n).state is RunState.RUNNING for n in (1, 2, 3))


def test_a_request_that_comes_again_launches_what_was_denied() -> None:
    rig = Rig()
    refusal = Refusal(rig, Denied("AccessDenied", "not since the last deployment"))
    with pytest.raises(Denied):
        rig.ask(1)
    refusal.is_on = False
    rig.ask(1)
    assert rig.run(1).state is RunState.RUNNING


def test_a_busy_sagemaker_sends_the_request_back() -> None:
    rig = Rig()
    Refusal(rig, Retryable("throttled"))
    with pytest.raises(Retryable, match="throttled"):
        rig.ask(1)


def test_one_that_is_denied_does_not_keep_the_others_waiting() -> None:
    rig = Rig(machines=3)
    Refusal(rig, Denied("ValidationException", "not this one"), rig.key(1).job_id)
    for n in (1, 2):
        with pytest.raises(Denied):
            rig.ask(n)
    assert rig.run(1).is_waiting
    assert rig.run(2).state is RunState.RUNNING


def test_one_that_cannot_be_launched_fails_alone_and_at_once() -> None:
    rig = Rig(machines=3)
    Refusal(rig, ZeroDivisionError("a bug"), rig.key(1).job_id)
    rig.ask(1)
    rig.ask(2)
    (failed,) = rig.heard("StageFailed")
    assert failed.job_id == rig.key(1).job_id
    assert "ZeroDivisionError" in failed.reason
    assert not rig.run(1).is_open
    assert rig.run(2).state is RunState.RUNNING


HOUR_S = 3600


def test_a_quota_of_zero_has_a_deadline_and_a_sentence() -> None:
    rig = Rig(machines=0)
    rig.ask(1)
    rig.sweep()
    rig.now_s += 23 * HOUR_S
    rig.sweep()
    assert rig.heard("StageFailed") == []
    rig.now_s += 2 * HOUR_S
    rig.sweep()
    (failed,) = rig.heard("StageFailed")
    assert "ml.c6i.4xlarge" in failed.reason
    assert "quota" in failed.remedy
    assert not rig.run(1).is_open


def test_a_launch_that_is_denied_for_a_day_has_a_sentence_too() -> None:
    rig = Rig()
    Refusal(rig, Denied("AccessDenied", "no"))
    with pytest.raises(Denied):
        rig.ask(1)
    for hours in (0, 25):
        rig.now_s += hours * HOUR_S
        with pytest.raises(ExceptionGroup):
            rig.sweep()
    assert len(rig.heard("StageFailed")) == 1


def test_a_run_that_waited_in_vain_and_is_done_since_is_not_failed() -> None:
    rig = Rig(machines=0)
    rig.ask(1)
    rig.sweep()
    rig.jobs.quotas = dict.fromkeys(rig.jobs.quotas, 1)
    rig.now_s += 25 * HOUR_S
    rig.hear_of(rig.key(1).job_name)
    rig.end(1, COMPLETED, told=False)
    rig.sweep()
    assert [event.detail_type() for event in rig.said][-1] == "SparseModelBuilt"
    assert rig.ledger.end_of(rig.key(1).job_id, 1) is None


def test_a_long_line_that_moves_is_no_trouble() -> None:
    rig = Rig(machines=0)
    rig.ask(1)
    rig.ask(2)
    rig.sweep()
    assert rig.run(2).vain_since is not None
    rig.jobs.quotas = dict.fromkeys(rig.jobs.quotas, 1)
    rig.now_s += 20 * HOUR_S
    rig.sweep()
    rig.sweep()
    assert rig.run(2).vain_since is None
    rig.now_s += 20 * HOUR_S
    rig.sweep()
    assert rig.run(2).is_waiting
    assert rig.heard("StageFailed") == []
