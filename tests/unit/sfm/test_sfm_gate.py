"""Refusals and warnings, in plain words."""

from dataclasses import replace

import pytest

from spaceport_contracts.capture import RejectedPhoto
from spaceport_runtime.errors import UserError
from spaceport_sfm.job.gate import (
    Figures,
    Linkage,
    check_enough,
    check_figures,
    check_linkage,
)

NAMES = [f"DJI_{i:04d}.JPG" for i in range(20)]
GOOD = Figures(
    reprojection_error_px=0.5,
    longest_side_px=4000,
    mean_track_length=4.0,
    gps_rms_m=0.5,
    height_above_ground_m=40.0,
    relative_altitude_m=41.0,
    principal_shift=0.01,
)


@pytest.mark.parametrize(("given", "word"), [(0, "no photos"), (1, "one photo"), (2, "two photos")])
def test_fewer_than_three_photos(given: int, word: str) -> None:
    with pytest.raises(UserError, match=word) as caught:
        check_enough(given, given)
    assert "Upload" in caught.value.remedy


def test_too_few_usable_photos_name_one_reason() -> None:
    refused = [RejectedPhoto(name="a.jpg", reason="It is the same picture as b.jpg.")]
    with pytest.raises(UserError, match=r"Only 1 of 5 .*a\.jpg: It is the same picture"):
        check_enough(1, 5, refused)
    check_enough(3, 5, refused)


def test_all_registered_is_silent() -> None:
    assert check_linkage(Linkage(NAMES, NAMES, [NAMES])) == ()


def test_left_out_photos_are_named() -> None:
    (warning,) = check_linkage(Linkage(NAMES, NAMES[:19], [NAMES]))
    assert "1 of 20" in warning and "DJI_0019.JPG" in warning
    (warning,) = check_linkage(Linkage(NAMES, NAMES[:15], [NAMES]))
    assert "Parts of the place may be missing" in warning


def test_a_second_model_is_mentioned() -> None:
    warnings = check_linkage(Linkage(NAMES, NAMES[:16], [NAMES], second_model=4))
    assert "second model" in warnings[-1]


@pytest.mark.parametrize(
    ("linkage", "words"),
    [
        (Linkage(NAMES, [], [[name] for name in NAMES]), "None of the 20 photos overlap"),
        (
            Linkage(NAMES, NAMES[:6], [NAMES[:7], NAMES[7:]]),
            r"Only 7 of 20 photos hang together \(DJI_0000",
        ),
        (Linkage(NAMES, [], [NAMES]), "nearly the same spot"),
        (Linkage(NAMES, [], [[n] for n in NAMES], featureless=NAMES), "show no detail"),
    ],
)
def test_refusals_name_the_cause_and_a_remedy(linkage: Linkage, words: str) -> None:
    with pytest.raises(UserError, match=words) as caught:
        check_linkage(linkage)
    assert caught.value.remedy.endswith(".")


def test_good_figures_are_silent() -> None:
    assert check_figures(GOOD) == ()
    unscaled = replace(GOOD, gps_rms_m=None, height_above_ground_m=None)
    assert check_figures(unscaled) == ()


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (replace(GOOD, reprojection_error_px=3.0), "reprojection error"),
        (replace(GOOD, mean_track_length=2.4), "2.4 photos"),
        (replace(GOOD, gps_rms_m=7.1), "7.1 m"),
        (replace(GOOD, height_above_ground_m=48.2), "41.0 m above take-off"),
        (replace(GOOD, principal_shift=0.08), "8%"),
    ],
)
def test_each_doubtful_figure_warns(figures: Figures, words: str) -> None:
    (warning,) = check_figures(figures)
    assert words in warning


def test_reprojection_error_is_judged_by_the_size_of_the_photo() -> None:
    assert check_figures(replace(GOOD, reprojection_error_px=2.0)) == ()
    assert check_figures(replace(GOOD, reprojection_error_px=2.0, longest_side_px=1600))


def test_ground_above_the_cameras_is_refused() -> None:
    with pytest.raises(UserError, match="upside down"):
        check_figures(replace(GOOD, height_above_ground_m=-3.0))
