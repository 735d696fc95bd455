"""The focal length that metadata promise, and who shares a camera."""

from typing import Any

import pytest

from spaceport_contracts.capture import Photo
from spaceport_sfm.job.photos.calibration import focal_prior, group_cameras


def photo(**facts: Any) -> Photo:
    defaults = {"name": "a.jpg", "key": "a.jpg", "bytes": 1, "sha256": "", "width_px": 1}
    return Photo.model_validate(defaults | {"height_px": 1} | facts)


def test_without_metadata_nothing_is_promised() -> None:
    assert focal_prior(photo(), 4000, 3000).focal_px is None


@pytest.mark.parametrize(
    ("width_px", "height_px"), [(4000, 3000), (4000, 2250), (3000, 4000), (2250, 4000)]
)
def test_35mm_equivalent_counts_for_the_native_aspect_not_for_the_crop(
    width_px: int, height_px: int
) -> None:
    prior = focal_prior(photo(focal_35mm=24.0), width_px, height_px)
    # 24 mm on a 43.27 mm diagonal; the native 4:3 photo has a diagonal of 5000 px.
    assert prior.focal_px == pytest.approx(24 / 43.2666 * 5000, rel=1e-4)


def test_35mm_equivalent_of_a_three_to_two_sensor() -> None:
    prior = focal_prior(photo(focal_35mm=36.0), 6000, 4000)
    assert prior.focal_px == pytest.approx(6000)


def test_sensor_table_beats_the_35mm_equivalent() -> None:
    prior = focal_prior(photo(model="FC300S\x00\x00", focal_35mm=20), 2000, 1125)
    assert prior.focal_px == pytest.approx(3.61 / 6.17 * 2000)
    assert "FC300S" in prior.source


def test_sensor_table_of_a_photo_narrower_than_the_sensor() -> None:
    # Phantom 4 Pro, native 3:2, set to 4:3: the sides are cut.
    prior = focal_prior(photo(model="FC6310"), 4864, 3648)
    assert prior.focal_px == pytest.approx(8.8 / 8.8 * 3648)


def test_xmp_beats_the_table() -> None:
    prior = focal_prior(photo(model="FC300S", calibrated_focal_px=1200.0), 2000, 1125)
    assert prior.focal_px == 1200.0


def test_xmp_of_the_full_size_photo_is_not_believed_after_resizing() -> None:
    prior = focal_prior(photo(focal_35mm=24.0, calibrated_focal_px=2773.0), 2000, 1500)
    assert prior.focal_px == pytest.approx(24 / 43.2666 * 2500, rel=1e-4)


@pytest.mark.parametrize("nonsense_px", [1.0, 1e6])
def test_implausible_focal_lengths_are_ignored(nonsense_px: float) -> None:
    assert focal_prior(photo(calibrated_focal_px=nonsense_px), 4000, 3000).focal_px is None


def test_digital_zoom_lengthens_the_lens_however_exif_counts_it() -> None:
    plain = 3.61 / 6.17 * 2000
    for equivalent in (20, 32, None):
        zoomed = photo(model="FC300S", focal_35mm=equivalent, digital_zoom=1.6)
        assert focal_prior(zoomed, 2000, 1125).focal_px == pytest.approx(1.6 * plain)
    unzoomed = photo(model="FC300S", focal_35mm=20, digital_zoom=1.0)
    assert focal_prior(unzoomed, 2000, 1125).focal_px == pytest.approx(plain)


def test_exif_beats_the_table_when_they_disagree_by_more_than_rounding() -> None:
    prior = focal_prior(photo(model="FC300S", focal_35mm=32), 2000, 1125)
    assert prior.focal_px == pytest.approx(32 / 43.2666 * 2500, rel=1e-4)
    assert "EXIF" in prior.source


def test_a_calibration_is_of_the_unzoomed_picture() -> None:
    zoomed = photo(focal_35mm=40.0, calibrated_focal_px=2800.0, digital_zoom=1.6)
    assert focal_prior(zoomed, 4000, 3000).focal_px == pytest.approx(2800 * 1.6)


def test_cameras_are_grouped_by_make_model_size_and_zoom() -> None:
    wide = photo(make="DJI", model="X", focal_35mm=24.0)
    tele = photo(make="DJI", model="X", focal_35mm=48.0)
    other = photo(make="GoPro", model="Y")
    cameras, members = group_cameras(
        [(wide, 400, 300), (tele, 400, 300), (wide, 400, 300), (wide, 300, 400), (other, 400, 300)]
    )
    assert members == (0, 1, 0, 2, 3)
    assert [(c.width_px, c.height_px) for c in cameras] == [
        (400, 300),
        (400, 300),
        (300, 400),
        (400, 300),
    ]
    assert cameras[3].focal_px is None
