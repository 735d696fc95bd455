"""What a capture will take: spans, in order, that say what they rest on."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.fakes_ingest import FakeWorld
from tests.http_requests import post
from tests.photos_ingest import created, photos, put_folder

from spaceport_contracts.events import ReconstructionRequested, Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.estimates import table
from spaceport_ingest.estimates.arithmetic import Ask, Fleet, estimate
from spaceport_ingest.estimates.fleet import FleetSettings, estimate_here
from spaceport_ingest.requests.api import make_api
from spaceport_runtime.service import Machine
from spaceport_train.job.candidates import EFFORTS, WORK_GROWTH, Passes, Work

AWS = {Stage.SFM: "ml.c6i.4xlarge", Stage.TRAIN: "ml.g4dn.xlarge", Stage.COMPRESS: "ml.c6i.2xlarge"}


def test_the_table_says_of_training_what_train_does() -> None:
    """Services know nothing of each other, so the numbers are written twice: here they meet."""
    for quality in Quality:
        cpu, gpu = EFFORTS["cpu", quality], EFFORTS["cuda", quality]
        told = table.CPU_TRAINING[quality]
        assert isinstance(cpu.plan, Work)
        assert isinstance(gpu.plan, Passes)
        assert (told.side_px, told.one_s) == (cpu.side_px, cpu.plan.one_s)
        steps = table.GPU_STEPS[quality]
        assert (steps.per_photo, steps.least, steps.most) == (
            gpu.plan.passes,
            gpu.plan.least_steps,
            gpu.plan.most_steps,
        )
    assert table.WORK_GROWTH == WORK_GROWTH


@given(
    photos=some.integers(1, 10_000),
    pixels=some.integers(1, 200_000_000),
    quality=some.sampled_from(Quality),
    fleet=some.sampled_from((Fleet(cores=1), Fleet(cores=64), Fleet(AWS), Fleet(AWS, spot=True))),
)
def test_every_estimate_is_a_span_that_adds_up(
    photos: int, pixels: int, quality: Quality, fleet: Fleet
) -> None:
    told = estimate(Ask(photos, pixels, quality), fleet)
    costs = [told.sfm, told.train, told.compress]
    assert told.total.dollars is not None
    for cost in costs:
        assert cost is not None and cost.dollars is not None
        assert 0 < cost.minutes.low < cost.minutes.high
        assert cost.dollars.low <= cost.dollars.high
    assert told.total.minutes.low == pytest.approx(sum(c.minutes.low for c in costs if c), abs=0.01)
    assert told.total.minutes.high == pytest.approx(
        sum(c.minutes.high for c in costs if c), abs=0.01
    )
    assert (told.total.dollars.high == 0) is (not fleet.machines)


def test_more_photos_and_more_quality_take_no_less() -> None:
    for fleet in (Fleet(cores=2), Fleet(AWS)):
        sizes = [estimate(Ask(n, 12_000_000), fleet).total for n in (3, 30, 300, 3000)]
        efforts = [estimate(Ask(120, 12_000_000, q), fleet).total for q in Quality]
        for less, more in (*pairwise(sizes), *pairwise(efforts)):
            assert less.minutes.high <= more.minutes.high


def test_spot_may_cost_less_and_at_worst_the_same() -> None:
    full = estimate(Ask(300, 12_000_000), Fleet(AWS)).total.dollars
    spot = estimate(Ask(300, 12_000_000), Fleet(AWS, spot=True)).total.dollars
    assert full and spot and spot.low < full.low and spot.high == full.high


def test_a_machine_without_a_known_price_has_minutes_and_no_dollars() -> None:
    told = estimate(Ask(100, 12_000_000), Fleet(AWS | {Stage.TRAIN: "ml.p9.mega"}))
    assert told.train and told.train.dollars is None and told.total.dollars is None
    assert "ml.p9.mega" in told.basis


def test_the_machine_is_the_one_that_the_capture_would_get() -> None:
    small, large = Machine("ml.c6i.2xlarge", 300), Machine("ml.c6i.4xlarge")
    fleet = FleetSettings(machines={stage: (small, large) for stage in Stage})
    few, many = (estimate_here(Ask(n, 12_000_000), fleet).sfm for n in (300, 301))
    assert few and many and few.minutes.high > many.minutes.high


def test_the_route() -> None:
    def ask(**body: object) -> tuple[int, Any]:
        answer = make_api(lambda: FakeWorld().kit).resolve(post("/estimates", body), None)
        return answer["statusCode"], json.loads(answer["body"])

    status, told = ask(photos=120, pixelsPerPhoto=12_000_000, quality="draft")
    assert status == 200
    assert [each["stage"] for each in told["stages"]] == ["sfm", "train", "compress"]
    assert told["total"]["dollars"] == {"low": 0, "high": 0}
    assert table.MEASURED_ON in str(told["basis"])
    assert ask(photos=120)[0] == 200
    for field, value in {
        "photos": 0,
        "pixelsPerPhoto": 10**12,
        "quality": "best",
        "photo": 3,
    }.items():
        status, problem = ask(**{"photos": 5, field: value})
        assert status == 422
        assert problem["errors"][0]["field"] == field


def test_a_job_says_what_it_will_take() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(4))
    on_upload(created(key), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    assert event.estimate is not None and event.estimate.photos == 4
    assert event.estimate.pixels_per_photo > 0
