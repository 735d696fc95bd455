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
    left_out,
)

NAMES = [f"DJI_{i:04d}.JPG" for i in range(20)]
GOOD = Figures(
    reprojection_error_px=0.5,
    longest_side_px=4000,
    mean_track_length=4.0,
    height_above_ground_m=40.0,
    relative_altitude_m=41.0,
    principal_shift=0.01,
)


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


def test_photos_of_another_place_are_no_gap_in_this_one() -> None:
    away_m = dict.fromkeys(NAMES[10:], 8_912_000.0)
    linkage = Linkage(NAMES, NAMES[:10], [NAMES[:10], NAMES[10:]], elsewhere_m=away_m)
    (warning,) = check_linkage(linkage)
    assert warning.startswith("10 of 20 photos were taken 8,912 km or more from this scene")
    assert "a capture of their own" in warning
    assert {photo.reason for photo in left_out(linkage)} == {
        "It was taken 8,912 km from this scene."
    }
    both = replace(linkage, registered=NAMES[:8])
    assert any("2 of 20 photos could not be placed" in text for text in check_linkage(both))


def test_a_second_model_is_mentioned() -> None:
    warnings = check_linkage(Linkage(NAMES, NAMES[:16], [NAMES], second_model=4))
    assert "second model" in warnings[-1]


@pytest.mark.parametrize(
    ("linkage", "words"),
    [
        (Linkage(NAMES, [], [[name] for name in NAMES]), "None of the 20 photos overlap"),
        (
            Linkage(NAMES, NAMES[:3], [NAMES[:4], NAMES[4:7]]),
            r"Only 4 of 20 photos hang together \(DJI_0000",
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
    unscaled = replace(GOOD, height_above_ground_m=None)
    assert check_figures(unscaled) == ()


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (replace(GOOD, reprojection_error_px=3.0), "reprojection error"),
        (replace(GOOD, mean_track_length=2.4), "2.4 photos"),
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


def test_what_stands_above_the_cameras_is_a_scene_all_the_same() -> None:
    (warning,) = check_figures(replace(GOOD, height_above_ground_m=-3.0))
    assert "lies above the cameras" in warning


def test_a_group_that_hangs_together_is_the_capture() -> None:
    """Twelve of a place, five of another one, a covered lens."""
    linkage = Linkage(
        NAMES[:18],
        NAMES[:12],
        [NAMES[:12], NAMES[12:16], [NAMES[16]], [NAMES[17]]],
        featureless=[NAMES[17]],
    )
    (warning,) = check_linkage(linkage)
    assert "6 of 18" in warning
    reasons = {photo.name: photo.reason for photo in left_out(linkage)}
    assert list(reasons) == NAMES[12:18]
    assert "belongs to 4 photos" in reasons[NAMES[12]]
    assert "Nothing connects" in reasons[NAMES[16]]
    assert "no detail" in reasons[NAMES[17]]


def test_a_photo_of_the_place_that_cannot_be_placed_says_so() -> None:
    (photo,) = left_out(Linkage(NAMES, NAMES[:19], [NAMES]))
    assert "shows the place" in photo.reason


def test_a_small_group_is_a_scene_when_it_is_most_of_the_capture() -> None:
    assert len(check_linkage(Linkage(NAMES[:6], NAMES[:3], [NAMES[:3]]))) == 1
    with pytest.raises(UserError, match="4 of 20"):
        check_linkage(Linkage(NAMES, NAMES[:4], [NAMES[:4]]))
