"""Options: described, checked, carried in the events, and with an effect in their stage."""

import json
from typing import Any

import pytest
from tests.fakes_ingest import FakeWorld
from tests.photos_ingest import created, photos, zip_of
from tests.unit.ingest.test_ingest_upload_routes import MAIL, PHOTOS, ask, begin, send

from spaceport_contracts.events import ReconstructionRequested
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality, StageOptions
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.requests.problems import REMEDIES
from spaceport_sfm.job.effort import EFFORTS, effort_for
from spaceport_sfm.launch import order
from spaceport_train.job.candidates import Facts, candidates
from spaceport_train.job.options import TrainOptions

WANTED = {"photoSidePx": 1000, "maxGaussians": 5000, "shDegree": 1}
PLAIN = JobOptions(photo_side_px=1000, max_gaussians=5000, sh_degree=1)


def start(world: FakeWorld, **more: Any) -> tuple[int, Any]:
    uri = world.put("captures/a.zip", zip_of(photos(3)))
    body = {"s3Url": uri, **MAIL, "pipelineStep": "sfm", **more}
    return ask(world, "POST", "/start-job", body)


def requested(world: FakeWorld) -> ReconstructionRequested:
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    return event


def test_they_are_described_by_the_types_that_check_them() -> None:
    status, told = ask(FakeWorld(), "GET", "/options")
    assert status == 200
    assert [each["name"] for each in told["qualities"]] == list(Quality)
    assert {each["name"] for each in told["options"]} == set(WANTED)
    for each in told["options"]:
        assert each["unit"] and each["words"].endswith(".") and each["default"] is None
        for value, good in (
            (each["minimum"], True),
            (each["maximum"], True),
            (each["minimum"] - 1, False),
            (each["maximum"] + 1, False),
            ("many", False),
        ):
            status, answer = start(FakeWorld(), options={each["name"]: value})
            assert status == (202 if good else 422), (each, value)
            if not good:
                (error,) = answer["errors"]
                assert error["field"] == f"options.{each['name']}"
                assert error["remedy"] == REMEDIES[error["field"]]


def test_an_unknown_option_is_refused_by_its_name() -> None:
    status, refused = start(FakeWorld(), options={"photoSide": 1000})
    assert status == 422 and refused["errors"][0]["field"] == "options.photoSide"


def test_other_options_are_another_job_and_none_are_as_before() -> None:
    world = FakeWorld()
    jobs = [start(world)[1]["jobId"], start(world, options=WANTED)[1]["jobId"]]
    assert jobs[0] != jobs[1]
    assert start(world)[1]["jobId"] == jobs[0]


def test_they_reach_the_stages_job_from_an_upload() -> None:
    world = FakeWorld()
    upload = begin(world, PHOTOS)
    send(world, upload, PHOTOS)
    path = f"/uploads/{upload['uploadId']}/complete"
    assert ask(world, "POST", path, {**MAIL, "options": WANTED})[0] == 202
    on_upload(created(f"uploads/{upload['uploadId']}/manifest.json"), world.kit)
    assert requested(world).options == PLAIN
    assert order(requested(world)).options == PLAIN


def test_an_event_of_before_there_were_options_is_understood() -> None:
    world = FakeWorld()
    upload = begin(world, PHOTOS)
    send(world, upload, PHOTOS)
    ask(world, "POST", f"/uploads/{upload['uploadId']}/complete", MAIL)
    on_upload(created(f"uploads/{upload['uploadId']}/manifest.json"), world.kit)
    old = json.loads(requested(world).model_dump_json())
    del old["options"]
    assert ReconstructionRequested.model_validate(old).options == JobOptions()


@pytest.mark.parametrize("quality", list(Quality))
def test_sfm_leaves_photos_of_the_size_that_was_wanted(quality: Quality) -> None:
    plain = StageOptions(quality=quality)
    assert effort_for(plain) == EFFORTS[quality]
    wanted = effort_for(StageOptions(quality=quality, wanted=PLAIN))
    assert wanted.undistorted_side_px == 1000
    assert wanted.feature_side_px == EFFORTS[quality].feature_side_px


def test_train_tries_no_more_gaussians_and_no_more_colours_than_were_wanted() -> None:
    facts = Facts(training_photos=40, pixels=1600 * 1200)
    free = candidates(facts, "cpu", TrainOptions(), 1_000_000)
    held = candidates(facts, "cpu", TrainOptions(wanted=PLAIN), 1_000_000)
    assert max(each.gaussians for each in free) > 5000
    assert {each.gaussians for each in held} == {5000}
    assert {each.sh_degree for each in free} == {3} and {each.sh_degree for each in held} == {1}
