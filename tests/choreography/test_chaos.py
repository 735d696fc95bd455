"""Schedules of bad luck end well, and every protection is needed for that."""

import logging

import pytest

from tests.choreography.chaos import MUTANT_SCHEDULES, noticed_after, run_schedules
from tests.choreography.invariants import breaches
from tests.choreography.mutants import MUTANTS
from tests.choreography.world import World


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger("spaceport").setLevel(logging.CRITICAL)


def test_without_trouble_every_job_is_delivered_in_order_of_arrival() -> None:
    world = World(seed=1, jobs=50, faults=False)
    world.run()
    assert breaches(world) == []
    delivered = [
        e["detail"]["job_id"] for e in world.archive if e["detail-type"] == "SplatCompressed"
    ]
    assert sorted(delivered) == sorted(world.job_ids)
    assert not any(e["detail-type"] == "StageFailed" for e in world.archive)
    started = [key.job_id for key in world.jobs.launches if key.stage == "sfm"]
    arrived = [run.key.job_id for run in world.arrivals("sfm")]
    assert started == arrived


def test_who_waits_is_told_the_place_in_the_queue() -> None:
    world = World(seed=2, jobs=20, faults=False).run()
    places = [e["detail"]["place"] for e in world.archive if e["detail-type"] == "StageWaiting"]
    assert max(places) >= 3
    assert min(places) == 1


def test_a_hundred_schedules(request: pytest.FixtureRequest) -> None:
    only = request.config.getoption("--seed")
    seeds = range(100) if only is None else [only]
    bad = {seed: found for seed in seeds if (found := breaches(World(seed).run()))}
    assert bad == {}


@pytest.mark.slow
def test_two_thousand_schedules() -> None:
    """Ten thousand are `make chaos`."""
    bad = run_schedules(first=100, count=1_900)
    assert bad == [], "replay one with: make chaos SCHEDULES=1 SEED=<seed>"


@pytest.mark.slow
@pytest.mark.parametrize("protection", MUTANTS)
def test_protection_is_load_bearing(protection: str) -> None:
    with MUTANTS[protection]():
        assert noticed_after(MUTANT_SCHEDULES) is not None
