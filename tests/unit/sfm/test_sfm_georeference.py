"""From the mapper's frame to east, north, up, on synthetic cameras and points."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.sfm.scene import grid, looking_down

from spaceport_sfm.job.placing.geodesy import to_enu
from spaceport_sfm.job.placing.georeference import Poses, georeference
from spaceport_sfm.job.placing.ground import measure_ground
from spaceport_sfm.job.placing.positions import GpsPositions
from spaceport_sfm.job.placing.similarity import Similarity, fit_robustly, fit_similarity, residuals
from spaceport_sfm.job.placing.upright import rotation_between, up_direction
from spaceport_sfm.job.plan import Origin

Array = NDArray[np.float64]
ORIGIN = Origin(latitude_deg=47.0, longitude_deg=8.0, altitude_m=400.0)


def turned() -> Similarity:
    """A mapper's frame: any scale, any way up."""
    random = np.random.default_rng(3)
    rotation = np.linalg.qr(random.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    return Similarity(0.037, rotation, random.normal(size=3))


def flight(centres: list[Array]) -> tuple[Poses, Array, Array]:
    """Poses and ground points in a mapper's frame, and the true centres."""
    random = np.random.default_rng(1)
    frame = turned()
    true = np.array(centres)
    down = np.array([looking_down(random.normal(0, 0.05, 3)) for _ in centres])
    spread = np.abs(true[:, :2]).max() + 30
    ground = random.uniform(-spread, spread, (2000, 3)) * [1, 1, 0]
    ground[:40, 2] = random.uniform(-80, 80, 40)  # outliers
    names = tuple(f"{i}.jpg" for i in range(len(true)))
    rotations = np.einsum("ij,njk->nik", frame.rotation, down)
    return Poses(names, frame.apply(true), rotations), frame.apply(ground), true


def located(true: Array, noise_m: float = 0.0) -> GpsPositions:
    noise = np.random.default_rng(2).normal(0, noise_m, true.shape)
    return GpsPositions({f"{i}.jpg": row for i, row in enumerate(true + noise)}, ORIGIN)


def test_enu_of_a_degree() -> None:
    there = np.array([[47.001, 8.0, 400.0], [47.0, 8.001, 410.0], [47.0, 8.0, 400.0]])
    enu = to_enu(there, ORIGIN)
    # Meridian and parallel arcs at 47 degrees on WGS84.
    assert enu[0] == pytest.approx([0.0, 111.17, 0.0], abs=0.02)
    assert enu[1] == pytest.approx([76.06, 0.0, 10.0], abs=0.02)
    assert enu[2] == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)


def test_similarity_is_recovered_and_never_mirrored() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3)) * [1, 1, 1e-3]
    frame = turned()
    fit = fit_similarity(points, frame.apply(points))
    assert residuals(fit, points, frame.apply(points)).max() < 1e-9
    assert np.linalg.det(fit.rotation) == pytest.approx(1.0)
    assert fit.matrix @ [*points[0], 1] == pytest.approx([*frame.apply(points)[0], 1])


def test_robust_fit_ignores_gross_errors() -> None:
    poses, _, true = flight(grid(5, 4))
    wrong = true.copy()
    wrong[[2, 9]] += [300.0, -500.0, 20.0]
    fit, inliers = fit_robustly(poses.centres, wrong, 5.0, seed=1)
    assert np.flatnonzero(~inliers).tolist() == [2, 9]
    assert residuals(fit, poses.centres, true).max() < 1e-6


def test_georeference_finds_metres_and_up() -> None:
    poses, points, true = flight(grid(5, 4))
    placement = georeference(poses, points, located(true, noise_m=0.5), seed=1)
    assert placement.origin == ORIGIN
    assert placement.gps_rms_m is not None and 0.3 < placement.gps_rms_m < 1.2
    assert residuals(placement.transform, poses.centres, true).max() < 1.0
    placed = placement.transform.apply(points)
    ground = measure_ground(placement.transform.apply(poses.centres), placed)
    assert ground.height_above == pytest.approx(40.0, abs=0.8)


def test_a_photo_with_wrong_gps_is_named_in_a_warning_and_not_in_the_rms() -> None:
    poses, points, true = flight(grid(4, 4))
    gps = located(true)
    gps.by_name["3.jpg"] = gps.by_name["3.jpg"] + 200.0
    placement = georeference(poses, points, gps, seed=1)
    assert placement.residuals_m["3.jpg"] > 300
    assert placement.gps_rms_m == pytest.approx(0.0, abs=1e-6)
    assert any("1 of 16" in warning for warning in placement.warnings)


def test_one_strip_stays_upright() -> None:
    strip = [np.array([9.0 * i, 0.3 * (i % 2), 40.0]) for i in range(10)]
    poses, points, true = flight(strip)
    placement = georeference(poses, points, located(true, noise_m=0.2), seed=1)
    placed = placement.transform.apply(points)
    ground = measure_ground(placement.transform.apply(poses.centres), placed)
    assert ground.height_above == pytest.approx(40.0, rel=0.1)
    assert any("one line" in warning for warning in placement.warnings)


@pytest.mark.parametrize("columns", [4, 10])
def test_without_gps_the_model_is_level_and_says_that_it_has_no_scale(columns: int) -> None:
    poses, points, _ = flight(grid(columns, 4 if columns == 4 else 1))
    placement = georeference(poses, points, GpsPositions({}, None), seed=1)
    assert placement.origin is None
    assert placement.gps_rms_m is None
    assert "no usable GPS" in placement.warnings[-1]
    heights = placement.transform.apply(points)[40:, 2]
    assert np.std(heights) < 1.0, "the ground is level"
    assert np.median(heights) == pytest.approx(-10.0, abs=1.0)


def test_two_located_photos_are_too_few() -> None:
    poses, points, true = flight(grid(3, 3))
    gps = located(true)
    few = GpsPositions({name: gps.by_name[name] for name in ("0.jpg", "1.jpg")}, ORIGIN)
    assert georeference(poses, points, few, seed=1).origin is None


def test_up_of_an_orbit_is_its_axis() -> None:
    angles = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    centres = np.stack([20 * np.cos(angles), 20 * np.sin(angles), np.full(12, 15.0)], axis=1)
    rotations = []
    for centre in centres:
        forward = -centre / np.linalg.norm(centre)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        rotations.append(np.stack([right, np.cross(forward, right), forward], axis=1))
    assert up_direction(centres, np.array(rotations)) == pytest.approx([0, 0, 1], abs=1e-6)


def test_rotation_between_opposite_directions() -> None:
    down = np.array([0.0, 0.0, -1.0])
    turn = rotation_between(down, -down)
    assert turn @ down == pytest.approx(-down)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_ground_below_the_cameras_not_the_hill_beside_them() -> None:
    random = np.random.default_rng(0)
    flat = random.uniform(-60, 60, (3000, 3)) * [1, 1, 0]
    hill = random.uniform(200, 260, (4000, 3)) * [1, 1, 0] + [0, 0, 35.0]
    ground = measure_ground(np.array(grid(3, 3)), np.concatenate([flat, hill]))
    assert ground.height_above == pytest.approx(40.0, abs=0.6)


def test_ground_of_an_orbit_without_points_below_is_the_median_of_all() -> None:
    ground = measure_ground(np.array([[100.0, 0.0, 30.0]]), np.zeros((50, 3)))
    assert ground.height_above == 30.0
