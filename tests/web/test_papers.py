"""What people get besides our pages, in a real browser: nothing sticks out, on a phone or beside
other windows, in the light and in the dark."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from spaceport_contracts.events import Stage
from tests.unit.notify.story import Story
from tests.unit.notify.test_notify_mail import Post, part
from tests.unit.notify.test_notify_report import written

STICKS_OUT = """() => [...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("papers")
    post = Post()
    requested = post.story.requested()
    post.send(requested, post.story.failed(Stage.TRAIN, requested), *Story().whole())
    story = Story()
    pages = [written(story, story.whole())[1], *(part(mail, "html") for mail in post.mailer.sent)]
    paths = [folder / f"{number}.html" for number in range(len(pages))]
    for path, page in zip(paths, pages, strict=True):
        path.write_text(page, encoding="utf-8")
    return paths


@pytest.mark.parametrize("width_px", [360, 800])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(
    browser: Browser, papers: list[Path], width_px: int, scheme: Literal["light", "dark"]
) -> None:
    assert len(papers) >= 3
    with browser.new_context(
        viewport={"width": width_px, "height": 800}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        for paper in papers:
            page.goto(paper.as_uri())
            assert page.evaluate(STICKS_OUT) == [], paper
