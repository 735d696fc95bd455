"""What the report says, and that its page is whole and safe."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from tests.fakes_notify import NOON, make_kit
from tests.unit.notify.story import JOB, Story

from spaceport_contracts.events import Event, Stage
from spaceport_contracts.report import Report
from spaceport_notify.report.figures import figure_groups
from spaceport_notify.report.words import duration, megabytes, metres
from spaceport_notify.report.write import spread
from spaceport_notify.tell import tell

LINK = f"https://spaceport.example.org/captures/{JOB}"


def written(story: Story, events: list[Event], attempt: int = 1) -> tuple[Report, str]:
    kit = make_kit(store=story.store, clock=lambda: NOON + timedelta(hours=9))
    for event in events:
        tell(event, kit)
    prefix = f"s3://spaceport/jobs/{JOB}/report/{attempt:02d}/"
    objects = story.store.objects
    assert story.store.types[prefix + "report.html"] == "text/html; charset=utf-8"
    report = Report.model_validate_json(objects[prefix + "report.json"])
    return report, objects[prefix + "report.html"].decode()


def test_every_field_of_the_report() -> None:
    story = Story()
    report, _ = written(story, story.whole())
    assert (report.job_id, report.title, report.quality) == (JOB, "Brighton beach", "standard")
    assert report.photos is not None
    assert (report.photos.total, report.photos.registered) == (20, 18)
    assert [(photo.name, photo.reason) for photo in report.photos.rejected] == [
        ("broken.jpg", "The file is damaged."),
        ("sea.jpg", "Only water; nothing to match."),
    ]
    assert report.sfm is not None
    assert report.sfm.model_dump() == {
        "reprojection_error_px": 0.39,
        "mean_track_length": 4.1,
        "gps_rms_m": 0.43,
        "camera_height_above_ground_m": 39.5,
        "sparse_points": 4660,
        "focal_note": "from the sensor",
        "frame_note": "Up and scale from GPS, within 1 degree.",
    }
    assert report.train is not None
    assert (report.train.gaussians, report.train.steps) == (1_234_567, 7000)
    assert (report.train.heldout_psnr_db, report.train.heldout_ssim) == (23.4, 0.712)
    assert len(report.train.heldout_photos) == 6
    assert report.train.heldout_sharpness == (0.21, 0.52, 0.83)
    assert [it.chosen for it in report.train.pilots] == [False, True]
    assert report.compress.model_dump() == {
        "bytes": 14_600_000,
        "ratio": 19.6,
        "psnr_vs_ply_db": 47.3,
    }
    assert report.seconds.model_dump() == {
        "ingest": 4.0,
        "sfm": 100.0,
        "train": 150.0,
        "compress": 30.0,
        "total": 484.0,
    }
    assert report.warnings == ("1 photo was left out.", "2 photos carry no GPS.")


def test_a_replay_counts_its_own_time_and_what_it_took_over() -> None:
    story = Story()
    events = story.whole()
    built = story.built(story.requested())
    again = story.requested(2, Stage.TRAIN, 1000, built.outputs, built.event_id)
    trained = story.trained(again, 1005)
    report, _ = written(story, [*events, again, trained, story.compressed(trained, 1010)], 2)
    assert report.seconds.total == pytest.approx(600.0 + 4.0 + 100.0)
    assert report.photos is not None


def test_a_job_that_started_at_compress_has_no_other_parts() -> None:
    story = Story()
    foreign = story.put("s3://spaceport/uploads/y/", "scene.json", story.requested())
    requested = story.requested(start_at=Stage.COMPRESS, inputs=foreign)
    report, page = written(story, [requested, story.compressed(requested)])
    assert (report.photos, report.sfm, report.train) == (None, None, None)
    assert (report.seconds.ingest, report.seconds.sfm, report.seconds.train) == (None, None, None)
    assert "Photos left out" not in page
    assert "scene.ply" not in page


class Page(HTMLParser):
    """The tags and links of a page, and whether they are balanced."""

    VOID = ("meta", "img", "link", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for name, attrs in self.tags if name == tag]


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    story = Story()
    _, text = written(story, story.whole())
    page = Page(text)
    assert page.open == []
    sources = page.all("img", "src")
    assert len(sources) == 2 + 2 * 4
    assert all(source.startswith("data:image/") for source in sources)
    assert all(len(alt) > 10 for alt in page.all("img", "alt"))
    # The API would ask for a token that a link in a saved page does not bring.
    assert set(page.all("a", "href")) == {LINK}
    assert len(page.all("a", "href")) == 5
    assert not re.search(r"<script|https?://(?!spaceport\.example\.org)|@import|url\(", text)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    for shown in ("18 of 20", "23.4 dB", "1.23 million", "14.6 MB", "8 min 4 s", "43 cm"):
        assert shown in text


def test_hostile_names_are_escaped() -> None:
    story = Story(title="<img src=x onerror=alert(1)>\"'&")
    _, text = written(story, story.whole())
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text


def test_relative_links_for_a_report_in_a_folder() -> None:
    story = Story()
    kit = replace(make_kit(store=story.store), folder_url="file:///out/")
    for event in story.whole():
        tell(event, kit)
    text = story.store.objects[f"s3://spaceport/jobs/{JOB}/report/01/report.html"].decode()
    assert 'href="scene.sog"' in text


def test_the_pairs_run_from_best_to_worst() -> None:
    story = Story()
    report, _ = written(story, story.whole())
    assert report.train is not None
    shown = [photo.psnr_db for photo in spread(report.train.heldout_photos, 4)]
    assert shown == sorted(shown, reverse=True)
    every = [photo.psnr_db for photo in report.train.heldout_photos]
    assert (shown[0], shown[-1]) == (max(every), min(every))


def test_words() -> None:
    assert [duration(s) for s in (0.4, 59.6, 372, 7260)] == [
        "0 s",
        "1 min",
        "6 min 12 s",
        "2 h 1 min",
    ]
    assert [megabytes(b) for b in (999, 45_000, 14_600_000)] == ["999 bytes", "45 kB", "14.6 MB"]
    assert [metres(m) for m in (0.43, 0.999, 12.3)] == ["43 cm", "1.00 m", "12.30 m"]


def test_the_page_says_how_the_scene_was_chosen_and_judged() -> None:
    """Sharpness, an early stop, what was tried, and that all photos trained in the end."""
    story = Story()
    report, page = written(story, story.whole())
    assert "21 / 52 / 83 %" in page
    figures = {it.name: it for group in figure_groups(report) for it in group.figures}
    assert figures["Sharpness"].value == "21% / 52% / 83%"
    assert "25% / 61% / 104%" in figures["Sharpness"].meaning
    assert "9,000 were planned, more did not help" in figures["Training steps"].meaning
    assert "all photos, those kept out too, trained it for 1,350 steps more" in (
        figures["Training steps"].meaning
    )
    assert figures["Numbers tried"].value == "600,000: 8.91 dB, 1,234,567: 9.12 dB"
    assert report.train is not None
    old = report.model_copy(
        update={
            "train": report.train.model_copy(
                update={"heldout_sharpness": (), "pilots": (), "planned_steps": None}
            )
        }
    )
    names = {it.name for group in figure_groups(old) for it in group.figures}
    assert not names & {"Sharpness", "Numbers tried"}
