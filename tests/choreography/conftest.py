"""`--seed` replays one schedule: `pytest tests/choreography -k schedule --seed 123`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="replay this one chaos schedule")
