"""The made-up capture: its tags, its truth and its pictures must agree with each other."""

import json
import math
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from spaceport_scenery import CaptureRefused, generate_capture
from spaceport_scenery.exif import Origin, enu_to_geodetic
from spaceport_scenery.flight import focal_px, gps_positions, plan_flight, view_of
from spaceport_scenery.primitives import MISS, PAINT, ROOF, box, frustum, hit, prism, sphere
from spaceport_scenery.render import ray
from spaceport_scenery.terrain import EXTENT_M, height_grid, sample

PHOTOS, WIDTH_PX, SEED = 10, 480, 7
WHITE = (1.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []
    folder = tmp_path_factory.mktemp("demo") / "village"
    generate_capture(folder, PHOTOS, WIDTH_PX, SEED, lambda n, m: seen.append((n, m)))
    return folder, seen


@pytest.fixture(scope="module")
def truth(capture: tuple[Path, list[tuple[int, int]]]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((capture[0] / "truth.json").read_text())
    return loaded


def pixels(path: Path) -> NDArray[np.float64]:
    with Image.open(path) as photo:
        return np.asarray(photo.convert("L"), np.float64)


def project(truth: dict[str, Any], name: str, point: NDArray[np.float64]) -> tuple[float, float]:
    """The textbook camera, written apart from the renderer: COLMAP's SIMPLE_RADIAL."""
    pose, camera = truth["photos"][name], truth["camera"]
    x, y, z = np.array(pose["camera_to_world"]).T @ (point - np.array(pose["position_enu_m"]))
    x, y = x / z, y / z
    grow = 1 + camera["k1"] * (x * x + y * y)
    return (
        camera["focal_px"] * x * grow + camera["cx_px"],
        camera["focal_px"] * y * grow + camera["cy_px"],
    )


def test_whole_capture_appears_under_its_name(
    capture: tuple[Path, list[tuple[int, int]]], truth: dict[str, Any]
) -> None:
    folder, seen = capture
    names = sorted(path.name for path in folder.iterdir())
    photos = [f"SPACE_{n:04d}.JPG" for n in range(1, PHOTOS + 1)]
    assert names == [*photos, "truth.json"]
    assert sorted(truth["photos"]) == photos
    assert seen == [(n, PHOTOS) for n in range(1, PHOTOS + 1)]
    assert [path.name for path in folder.parent.iterdir()] == ["village"]
    assert truth["ground_height_m"] == 0.0


def test_pictures_are_sharp_and_well_exposed(
    capture: tuple[Path, list[tuple[int, int]]],
) -> None:
    for path in capture[0].glob("*.JPG"):
        grey = pixels(path)
        assert grey.shape == (WIDTH_PX * 2 // 3, WIDTH_PX)
        assert 70 < grey.mean() < 180
        assert grey.std() > 25
        assert np.abs(np.diff(grey, axis=1)).mean() > 6
        assert (grey > 250).mean() < 0.02


def test_tags_read_back(capture: tuple[Path, list[tuple[int, int]]], truth: dict[str, Any]) -> None:
    poses = plan_flight(PHOTOS, SEED)
    believed = gps_positions(poses, SEED)
    origin = Origin(**truth["origin"])
    for index, pose in enumerate(poses):
        with Image.open(capture[0] / f"SPACE_{index + 1:04d}.JPG") as photo:
            exif = photo.getexif()
            details, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
            xmp = photo.info["xmp"].decode()
        assert (exif[ExifTags.Base.Make], exif[ExifTags.Base.Model]) == (
            "Spaceport",
            "Procedural-1",
        )
        assert details[ExifTags.Base.FocalLengthIn35mmFilm] == 24
        assert float(details[ExifTags.Base.FocalLength]) == pytest.approx(8.8)
        taken = datetime.strptime(details[ExifTags.Base.DateTimeOriginal], "%Y:%m:%d %H:%M:%S")
        assert taken.year == 2026
        degrees = [
            float(part[0]) + float(part[1]) / 60 + float(part[2]) / 3600
            for part in (gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLongitude])
        ]
        latitude, longitude, altitude = enu_to_geodetic(believed[index], origin)
        assert degrees == pytest.approx([latitude, longitude], abs=1e-8)
        assert float(gps[ExifTags.GPS.GPSAltitude]) == pytest.approx(altitude, abs=1e-3)
        above = re.search(r'drone-dji:RelativeAltitude="(\+\d+\.\d\d)"', xmp)
        pitch = re.search(r'drone-dji:GimbalPitchDegree="(-\d+\.\d\d)"', xmp)
        assert above is not None
        assert pitch is not None
        assert float(above[1]) == pytest.approx(pose.position[2], abs=0.006)
        assert float(pitch[1]) == pytest.approx(pose.pitch_deg, abs=0.006)


def test_exif_focal_is_a_little_off(truth: dict[str, Any]) -> None:
    claimed_px = 24 / 36 * WIDTH_PX
    assert 1.01 < truth["camera"]["focal_px"] / claimed_px < 1.02


def test_gps_is_off_by_a_bias_and_a_small_noise() -> None:
    poses = plan_flight(60, SEED)
    error = gps_positions(poses, SEED) - np.array([pose.position for pose in poses])
    spread = error.std(axis=0)
    assert np.allclose(spread, (0.5, 0.5, 0.8), rtol=0.35)
    assert np.abs(error.mean(axis=0)).max() > 0.3


def test_same_ground_shows_in_two_photos(
    capture: tuple[Path, list[tuple[int, int]]], truth: dict[str, Any]
) -> None:
    """Patches of open ground, mapped from one photo to the next by the true poses, are alike."""
    folder, _ = capture
    names = ["SPACE_0002.JPG", "SPACE_0003.JPG"]
    pictures = [pixels(folder / name) for name in names]
    heights = height_grid(SEED)
    alike = []
    for x in np.arange(-12.0, 12.1, 3.0):
        for y in np.arange(-12.0, 12.1, 3.0):
            patches = [
                _ground_patch(truth, *pair, heights, (x, y))
                for pair in zip(names, pictures, strict=True)
            ]
            if patches[0] is not None and patches[1] is not None:
                alike.append(float(np.corrcoef(patches[0], patches[1])[0, 1]))
    assert len(alike) > 15
    assert np.median(alike) > 0.9


def _ground_patch(
    truth: dict[str, Any],
    name: str,
    picture: NDArray[np.float64],
    heights: NDArray[np.float32],
    middle: tuple[float, float],
) -> NDArray[np.float64] | None:
    x, y = middle
    values = []
    for dx in np.arange(-0.9, 1.0, 0.15):
        for dy in np.arange(-0.9, 1.0, 0.15):
            point = np.array([x + dx, y + dy, sample(heights, x + dx, y + dy)])
            u, v = project(truth, name, point)
            i, j = math.floor(u - 0.5), math.floor(v - 0.5)
            if not (0 <= i < picture.shape[1] - 1 and 0 <= j < picture.shape[0] - 1):
                return None
            a, b = u - 0.5 - i, v - 0.5 - j
            top = picture[j, i] * (1 - a) + picture[j, i + 1] * a
            low = picture[j + 1, i] * (1 - a) + picture[j + 1, i + 1] * a
            values.append(top * (1 - b) + low * b)
    return np.array(values)


def test_rays_invert_the_projection(truth: dict[str, Any]) -> None:
    poses = plan_flight(PHOTOS, SEED)
    for index, pose in enumerate(poses):
        view = view_of(pose, WIDTH_PX, WIDTH_PX * 2 // 3)
        for u, v in ((0.5, 0.5), (200.0, 100.0), (479.5, 319.5)):
            point = np.array(pose.position) + 37.0 * np.array(ray(view, u, v))
            back = project(truth, f"SPACE_{index + 1:04d}.JPG", point)
            assert back == pytest.approx((u, v), abs=1e-3)


@pytest.mark.parametrize("photos", [4, 28, 120])
def test_no_photo_sees_the_edge_of_the_land(photos: int) -> None:
    for pose in plan_flight(photos, SEED):
        view = view_of(pose, 1200, 800)
        for u in (0.0, 600.0, 1200.0):
            for v in (0.0, 800.0):
                way = np.array(ray(view, u, v))
                assert way[2] < 0
                end = np.array(pose.position) - way * (pose.position[2] + 1) / way[2]
                assert np.abs(end[:2]).max() < EXTENT_M


@pytest.mark.parametrize("photos", [4, 5, 10, 17, 28, 60, 120])
def test_flight_has_as_many_poses_as_asked(photos: int) -> None:
    assert len(plan_flight(photos, SEED)) == photos


def test_same_seed_same_photos_other_seed_other_photos(tmp_path: Path) -> None:
    first = generate_capture(tmp_path / "a", photos=4, width_px=160, seed=3)
    again = generate_capture(tmp_path / "b", photos=4, width_px=160, seed=3)
    other = generate_capture(tmp_path / "c", photos=4, width_px=160, seed=4)
    for path in sorted(first.iterdir()):
        assert path.read_bytes() == (again / path.name).read_bytes()
    assert (first / "SPACE_0001.JPG").read_bytes() != (other / "SPACE_0001.JPG").read_bytes()


def test_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("keep")
    calls: list[Callable[[], Path]] = [
        lambda: generate_capture(tmp_path / "x", photos=3),
        lambda: generate_capture(tmp_path / "x", photos=10_000),
        lambda: generate_capture(tmp_path / "x", width_px=20),
        lambda: generate_capture(full),
    ]
    for call in calls:
        with pytest.raises(CaptureRefused):
            call()
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert (full / "mine.txt").read_text() == "keep"


def test_interrupted_generation_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, _of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_capture(tmp_path / "a", photos=4, width_px=160, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_geodetic_matches_a_known_point() -> None:
    origin = Origin(46.0, 8.0, 500.0)
    assert enu_to_geodetic(np.zeros(3), origin) == pytest.approx((46.0, 8.0, 500.0), abs=1e-7)
    latitude, longitude, altitude = enu_to_geodetic(np.array([1000.0, 0.0, 0.0]), origin)
    # One kilometre east: the prime vertical's radius at 46 degrees plus 500 m is 6 389 710 m.
    reach = math.degrees(1000 / (6389710.0 * math.cos(math.radians(46))))
    assert longitude - 8.0 == pytest.approx(reach, rel=1e-4)
    assert latitude == pytest.approx(46.0, abs=2e-6)
    assert altitude == pytest.approx(500.0 + 1000**2 / (2 * 6389710.0), abs=1e-3)


def test_solids_are_met_where_they_are() -> None:
    down = (0.0, 0.0, -1.0)
    origin = (0.0, 0.0, 10.0)
    cases = [
        (sphere(PAINT, (0, 0, 2), 1.5, WHITE, (0, 0, 2), 2.0), 3.5),
        (box(PAINT, (0, 0, 1), (2, 1, 0.5), 0.7, WHITE), 1.5),
        (box(PAINT, (0, 0, 1), (2, 1, 0.5), 0.7, WHITE, math.radians(60)), 2.0),
        (prism(ROOF, (0, 0, 0), (4, 3), 0.3, WHITE, (99.0, 0.0), (6.0, 1.0)), 6.0),
        (prism(ROOF, (0, 0, 3), (2, 2), 0.3, WHITE, (4.0, 2.0), (4.0, 2.0)), 7.0),
        (frustum(PAINT, (0, 0, 0), 5.0, 2.0, 1.0, WHITE), 5.0),
    ]
    for row, top in cases:
        assert 10 - hit(row, *origin, *down, MISS) == pytest.approx(top)
        assert hit(row, 30.0, 0.0, 10.0, *down, MISS) >= MISS


def test_focal_scales_with_width() -> None:
    assert focal_px(1200) == pytest.approx(2.5 * focal_px(480))
