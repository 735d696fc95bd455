"""Planned against flown in the report."""

import pytest
from tests.unit.notify.story import CAPTURE, JOB, Story, digest
from tests.unit.notify.test_notify_report import written

from spaceport_contracts.artifacts import Artifact
from spaceport_contracts.capture import Capture, Photo
from spaceport_contracts.flight import PHOTO_COLUMNS, PlannedFlight
from spaceport_notify.report.flight import held_against

STEP_DEG = 10 / 111_195
HIGH_M = 40.0


def plan(count: int = 20, at: tuple[float, float] = (0.0, 0.0), sorties: int = 1) -> PlannedFlight:
    """Lines to the north, 10 m between photos, each sortie 100 m east of the last."""
    lon, lat = at
    photos = [
        [(lon + 10 * s * STEP_DEG, lat + n * STEP_DEG, HIGH_M, 0.0, -90.0) for n in range(count)]
        for s in range(sorties)
    ]
    document = {"version": 1, "photo_columns": PHOTO_COLUMNS, "photos": photos}
    return PlannedFlight.model_validate(document)


def photo(lon: float | None, lat: float | None, pitch: float | None = -90.0, n: int = 0) -> Photo:
    return Photo(
        name=f"{n}.jpg", key=f"{n}.jpg", bytes=1, sha256="", width_px=1, height_px=1,
        longitude_deg=lon, latitude_deg=lat, gimbal_pitch_deg=pitch,
    )  # fmt: skip


def capture(photos: list[Photo]) -> Capture:
    return CAPTURE.model_copy(update={"photos": tuple(photos)})


def flown(flight: PlannedFlight, pitch: float | None = -90.0) -> list[Photo]:
    places = [place for sortie in flight.photos for place in sortie]
    return [photo(place[0], place[1], pitch, n) for n, place in enumerate(places)]


def test_all_of_it_flown() -> None:
    found = held_against(plan(sorties=3), capture(flown(plan(sorties=3))))
    assert (found.planned, found.taken, found.missing, found.covered_pct) == (60, 60, 0, 100)
    assert (found.gaps, found.elsewhere, found.largest_off_m) == ((), 0, 0)


def test_a_battery_that_was_not_flown_and_a_hole_are_gaps() -> None:
    flight = plan(sorties=3)
    photos = flown(flight)
    found = held_against(flight, capture([*photos[:5], *photos[9:40]]))
    assert [(gap.sortie, gap.first, gap.last) for gap in found.gaps] == [(3, 1, 20), (1, 6, 9)]
    assert (found.missing, found.gaps_total) == (24, 2)
    assert found.covered_pct == 60


def test_the_longest_gaps_are_named_and_all_counted() -> None:
    flight = plan(count=100)
    found = held_against(flight, capture(flown(flight)[::4]))
    assert (len(found.gaps), found.gaps_total) == (20, 25)


def test_a_photo_that_looks_elsewhere_is_not_the_planned_one() -> None:
    assert held_against(plan(), capture(flown(plan(), pitch=-30))).taken == 0
    assert held_against(plan(), capture(flown(plan(), pitch=None))).taken == 20


def test_the_furthest_photo_is_named() -> None:
    photos = flown(plan())
    photos[7] = photo(6 / 111_195, 7 * STEP_DEG, n=7)
    found = held_against(plan(), capture(photos))
    assert found.largest_off_photo == "7.jpg"
    assert found.largest_off_m == pytest.approx(6, abs=0.05)
    assert (found.typical_off_m, found.missing) == (0, 0)


def test_photos_of_another_place_and_without_one_are_counted() -> None:
    photos = [photo(10, 50), photo(None, None), *flown(plan())]
    found = held_against(plan(), capture(photos))
    assert (found.elsewhere, found.without_place, found.taken) == (1, 1, 20)
    nothing = held_against(plan(), capture([photo(10, 50)]))
    assert (nothing.taken, nothing.largest_off_m, nothing.covered_pct) == (0, None, 0)


@pytest.mark.parametrize("at", [(180.0, 10.0), (-180.0, 0.0), (25.0, 70.0), (25.0, -84.0)])
def test_it_holds_at_the_antimeridian_and_far_north(at: tuple[float, float]) -> None:
    flight = plan(at=at, sorties=2)
    photos = [
        photo((p.longitude_deg or 0) % 360 - (360 if (p.longitude_deg or 0) % 360 > 180 else 0),
              p.latitude_deg, n=n)
        for n, p in enumerate(flown(flight))
    ]  # fmt: skip
    assert held_against(flight, capture(photos)).missing == 0


def test_the_report_shows_it_and_leaves_it_out_where_no_plan_was_named() -> None:
    story = Story()
    events = story.whole()
    assert written(story, events)[0].flight is None

    planned = Story()
    content = plan(count=30).model_dump_json().encode()
    uri = f"s3://spaceport/jobs/{JOB}/ingest/plan.json"
    planned.store.objects[uri] = content
    named = Artifact(uri=uri, bytes=len(content), sha256=digest(content))
    events = planned.whole()
    events[0] = events[0].model_copy(update={"plan": named})
    report, page = written(planned, events)
    assert report.flight is not None
    assert report.flight.planned == 30
    assert "Planned and flown" in page
    assert ("Planned and not flown" in page) == bool(report.flight.gaps)
