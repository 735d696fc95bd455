"""A run of ingest is worked on as often as needed, and a replay begins from what is stored."""

import json
from http import HTTPStatus

import pytest
from tests.fakes_ingest import FakeWorld
from tests.photos_ingest import created, photos, put_folder, put_zip

from spaceport_contracts.events import CaptureRejected, ReconstructionRequested, Stage
from spaceport_ingest.admission.runs import ingest_run, sweep, work
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.wishes import Inputs
from spaceport_ingest.requests.jobs.replay import MAX_ATTEMPT, replay_job
from spaceport_ingest.submission import Submission
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.ports import End, EndKind, Run, RunKey


class Inspections:
    """An inspection that breaks, and when it was tried."""

    def __init__(self, world: FakeWorld, patch: pytest.MonkeyPatch) -> None:
        self._world, self._began = world, world.now
        self.tried_at_s: list[float] = []
        patch.setattr("spaceport_ingest.inspect.folders.manifest.judge", self._break)

    def _break(self, *_: object) -> Inputs:
        self.tried_at_s.append((self._world.now - self._began).total_seconds())
        raise RuntimeError("a bug")


def test_a_running_run_is_taken_up_after_its_patience_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody inspects what another inspects still, be it the sweep before this one."""
    world = FakeWorld()
    key = put_folder(world, photos(3))
    inspections = Inspections(world, monkeypatch)
    with pytest.raises(RuntimeError):
        on_upload(created(key), world.kit)
    for step_s, is_tried in [(100, False), (190, False), (20, True), (200, False), (110, True)]:
        world.wait(step_s)
        if is_tried:
            with pytest.raises(ExceptionGroup):
                sweep(world.kit)
        else:
            sweep(world.kit)
    assert inspections.tried_at_s == [0, 310, 620]


def test_a_waiting_run_is_taken_up_sooner() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3))
    admitted(world, key)
    world.wait(59)
    sweep(world.kit)
    assert world.bus.events == []
    world.wait(2)
    sweep(world.kit)
    assert len(world.bus.events) == 1


def test_a_job_whose_admission_was_cut_short_is_registered_by_the_sweep() -> None:
    world = FakeWorld()
    run = admitted(world, put_folder(world, photos(3)))
    assert world.ledger.job_record(run.key.job_id) is None
    world.wait(61)
    sweep(world.kit)
    assert world.ledger.job_record(run.key.job_id) == (run.cause, 1)


def admitted(world: FakeWorld, upload: str, cause_type: str = Submission.__name__) -> Run:
    """The run of an upload whose Lambda died as soon as it was admitted."""
    bucket = world.kit.bucket
    submission = Submission(uri=f"s3://{bucket}/{upload}", etag="x")
    key = ingest_run(world.job_of(upload))
    run = Run(key, world.now.isoformat(), cause_type, submission.model_dump_json())
    world.ledger.admit(run)
    return run


def test_what_is_finished_is_not_inspected_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3))
    world.bus.refusals = 1
    with pytest.raises(Retryable):
        on_upload(created(key), world.kit)
    inspections = Inspections(world, monkeypatch)
    work(ingest_run(world.job_of(key)), world.kit)
    assert len(world.bus.events) == 1
    assert inspections.tried_at_s == []


def test_a_run_that_nobody_admitted_is_let_be() -> None:
    world = FakeWorld()
    work(ingest_run("0123456789ab"), world.kit)
    assert world.bus.events == [] and not world.ledger.runs


def test_a_run_with_an_unknown_cause_is_poison() -> None:
    """A later version's cause may read like an upload; it is none."""
    world = FakeWorld()
    run = admitted(world, put_folder(world, photos(3)), cause_type="Import")
    with pytest.raises(Poison, match="Import"):
        work(run.key, world.kit)
    assert world.bus.events == []


def test_the_list_of_refused_photos_is_published() -> None:
    world = FakeWorld()
    on_upload(created(put_zip(world, {**photos(1), "torn.jpg": b"\xff\xd8"})), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected)
    assert [photo.name for photo in event.rejected] == ["torn.jpg"]
    assert event.rejected_list is not None
    listed = json.loads(world.store.objects[event.rejected_list.uri])
    assert listed == [photo.model_dump(mode="json") for photo in event.rejected]


def test_no_list_is_published_when_no_photo_was_refused() -> None:
    world = FakeWorld()
    on_upload(created(put_zip(world, photos(1))), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, CaptureRejected)
    assert (event.rejected, event.rejected_list) == ((), None)


def ended_job(world: FakeWorld) -> ReconstructionRequested:
    """A job that came as far as sfm and failed there."""
    on_upload(created(put_zip(world, photos(3))), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    failed(world, event, 1)
    return event


def failed(world: FakeWorld, cause: ReconstructionRequested, attempt: int) -> None:
    """An attempt that failed in sfm."""
    key = RunKey(Stage.SFM, cause.job_id, attempt)
    at = world.now.isoformat()
    world.ledger.admit(Run(key, at, cause.detail_type(), cause.model_dump_json()))
    world.ledger.claim_end(cause.job_id, attempt, End(EndKind.FAILED, by=Stage.SFM))


def refused(world: FakeWorld, job_id: str) -> str:
    """What a refused replay is answered."""
    with pytest.raises(Problem) as refusal:
        replay_job(job_id, Stage.SFM, None, world.kit)
    assert refusal.value.status == HTTPStatus.CONFLICT
    return str(refusal.value)


def test_a_replay_of_what_is_being_replayed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ask at once and take up the same unused number: one of them is told that it was late."""
    world = FakeWorld()
    job = ended_job(world)
    world.ledger.next_attempt(job.job_id)
    admit = world.ledger.admit

    def rival_first(run: Run) -> bool:
        monkeypatch.setattr(world.ledger, "admit", admit)
        assert replay_job(job.job_id, Stage.SFM, None, world.kit) == 2
        return admit(run)

    monkeypatch.setattr(world.ledger, "admit", rival_first)
    assert "being replayed already" in refused(world, job.job_id)
    assert [event.attempt for event in world.bus.events] == [1, 2]


def test_a_replay_from_files_that_were_changed_is_refused() -> None:
    world = FakeWorld()
    job = ended_job(world)
    world.store.objects[job.inputs.index.uri] += b" "
    assert "no longer stored" in refused(world, job.job_id)
    assert len(world.bus.events) == 1


def test_a_job_is_not_run_more_often_than_its_attempts_have_numbers() -> None:
    world = FakeWorld()
    job = ended_job(world)
    for attempt in range(2, MAX_ATTEMPT + 1):
        assert world.ledger.next_attempt(job.job_id) == attempt
    failed(world, job, MAX_ATTEMPT)
    for _ in range(2):  # a number that was given and refused must not be taken up either
        assert "which is the limit" in refused(world, job.job_id)
    assert ingest_run(job.job_id, MAX_ATTEMPT + 1) not in world.ledger.runs
