"""The same bad luck on moto: its queues, rules and tables instead of ours, the real adapters."""

import logging
import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from moto import mock_aws

from tests.choreography.invariants import breaches
from tests.choreography.moto_ports import MotoCloud
from tests.choreography.moto_world import MotoWorld

SCHEDULES = 8  # moto takes many times what our own fakes take
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[MotoCloud]:
    logging.getLogger("spaceport").setLevel(logging.CRITICAL)
    with patch.dict(os.environ, CREDENTIALS), mock_aws():
        yield MotoCloud()


@pytest.mark.slow
def test_schedules_on_moto(cloud: MotoCloud, request: pytest.FixtureRequest) -> None:
    only = request.config.getoption("--seed")
    seeds = range(SCHEDULES) if only is None else [only]
    bad = {seed: found for seed in seeds if (found := breaches(MotoWorld(seed, cloud).run()))}
    assert bad == {}
