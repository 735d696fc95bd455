"""What a reconstruction is compared with."""

import json
from pathlib import Path

import numpy as np
import pytest

from spaceport_scenery.truth import compare_with_truth

LEVEL = np.eye(3)
TRUE = np.array([[0.0, 0, 40], [30, 0, 41], [0, 20, 40], [30, 20, 39], [15, 5, 42]])


def write(
    folder: Path,
    found: np.ndarray,
    ground_z_m: float,
    turn: np.ndarray = LEVEL,
    true: np.ndarray = TRUE,
) -> tuple[Path, Path]:
    truth = {
        f"{i}.jpg": {"position_enu_m": row.tolist(), "camera_to_world": LEVEL.tolist()}
        for i, row in enumerate(true)
    }
    photos = [
        {"original": f"{i}.jpg", "position_m": row.tolist(), "camera_to_world": turn.tolist()}
        for i, row in enumerate(found)
    ]
    (folder / "truth.json").write_text(json.dumps({"photos": truth, "ground_height_m": 0.0}))
    (folder / "geo.json").write_text(json.dumps({"photos": photos, "ground_z_m": ground_z_m}))
    return folder / "truth.json", folder / "geo.json"


def test_a_frame_that_is_only_shifted_is_right(tmp_path: Path) -> None:
    errors = compare_with_truth(*write(tmp_path, TRUE - [5, 6, 40], -40.0))
    assert errors.pose_error_m == pytest.approx(0, abs=1e-9)
    assert errors.height_error_m == pytest.approx(0, abs=1e-9)
    assert (errors.tilt_deg, errors.heading_deg) == pytest.approx((0, 0), abs=1e-5)
    assert errors.scale_ratio == pytest.approx(1)


def test_tilt_scale_and_heading_are_told_apart(tmp_path: Path) -> None:
    ten, five = np.radians(10), np.radians(5)
    turned = np.array([[np.cos(ten), -np.sin(ten), 0], [np.sin(ten), np.cos(ten), 0], [0, 0, 1]])
    tilted = np.array(
        [[1, 0, 0], [0, np.cos(five), -np.sin(five)], [0, np.sin(five), np.cos(five)]]
    )
    heading = compare_with_truth(*write(tmp_path, 1.25 * TRUE @ turned.T, 0.0, turned))
    assert (heading.heading_deg, heading.tilt_deg) == pytest.approx((10, 0), abs=1e-5)
    assert heading.scale_ratio == pytest.approx(1.25)
    tilt = compare_with_truth(*write(tmp_path, TRUE @ tilted.T, 0.0, tilted))
    assert tilt.tilt_deg == pytest.approx(5, abs=1e-5)


def test_the_ground_below_a_strip_is_found_by_where_its_photos_look(tmp_path: Path) -> None:
    """Places on a line fit as well with the ground beside them, or above."""
    strip = np.array([[12.0 * step, 5.0 * step, 40.0] for step in range(6)])
    for seed in range(8):
        bent = strip + np.random.default_rng(seed).normal(0, 0.05, strip.shape)
        errors = compare_with_truth(*write(tmp_path, bent - [5, 6, 40], -40.0, true=strip))
        assert errors.height_error_m < 0.3


def test_two_photos_are_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 photos in common"):
        compare_with_truth(*write(tmp_path, TRUE[:2], 0.0))
