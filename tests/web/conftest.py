"""What the tests of the pages share: one browser, one cloud, one flight over the village."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from spaceport_scenery import generate_capture
from tests.infra.served import Served, served
from tests.web.browser import chromium
from tests.web.site import PATIENCE_MS, what_is_missing

PHOTOS = 12
pytest.register_assert_rewrite("tests.web.uploading")
expect.set_options(timeout=PATIENCE_MS)


def pytest_runtest_setup() -> None:
    missing = what_is_missing()
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = generate_capture(tmp_path_factory.mktemp("flight") / "photos", PHOTOS, width_px=640)
    return sorted(folder.glob("*.JPG"))
