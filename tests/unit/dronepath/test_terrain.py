"""Ground from rasters in any CRS; hills cleared on every leg; unknown ground refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import from_bounds
from tests.unit.dronepath import invariants
from tests.unit.dronepath.asking import HERE, planned, square

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.terrain import dem
from spaceport_dronepath.terrain.dem import read_dem
from spaceport_dronepath.terrain.ground import RasterGround

CRSES = {"EPSG:4326": 2e-5, "EPSG:32632": 2.0, "EPSG:3857": 3.0, "EPSG:3035": 5.0, "EPSG:2056": 2.0}
NODATA = -32768.0


def hill_m(east: Any, north: Any) -> Any:
    """A smooth hill and a slope, in metres from HERE."""
    return 400 + 0.05 * east + 60 * np.exp(-((east - 60) ** 2 + (north + 40) ** 2) / 80**2)


def write_dem(path: Path, crs: str | None, at: tuple[float, float] = HERE, **changes: Any) -> Path:
    """The hill as a GeoTIFF of about 2.4 km around a place."""
    cell = CRSES[crs or "EPSG:32632"]
    to_crs = Transformer.from_crs(4326, crs or "EPSG:32632", always_xy=True)
    x, y = to_crs.transform(*at)
    size = int(changes.pop("size", 1200 if cell < 3 else 600))
    half = size * cell / 2
    transform = from_bounds(x - half, y - half, x + half, y + half, size, size)
    columns, rows = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    lon, lat = to_crs.transform(
        x - half + columns * cell, y + half - rows * cell, direction="INVERSE"
    )
    local = LocalFrame(*at).to_xy(np.column_stack((lon.ravel(), lat.ravel())))
    heights = changes.pop("heights", hill_m)(*local.T).reshape(size, size).astype(np.float32)
    hole = changes.pop("hole", None)
    if hole is not None:
        near = np.hypot(local[:, 0] - hole[0], local[:, 1] - hole[1]).reshape(size, size) < 20
        heights[near] = NODATA
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32", crs=crs,
        transform=transform, nodata=NODATA, tiled=True, **changes,
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    return path


def over(path: Path, **fields: Any) -> Plan:
    def read(url: str, frame: Any, bounds: Any, field: str) -> Any:
        return read_dem(Path(url), frame, bounds, field)

    return planned(read, terrain={"type": "dem", "url": str(path)}, **fields)


@pytest.mark.parametrize("crs", CRSES)
def test_heights_are_right_in_any_crs(crs: str, tmp_path: Path) -> None:
    frame, bounds = LocalFrame(*HERE), (-400.0, -400.0, 400.0, 400.0)
    raster = read_dem(write_dem(tmp_path / "d.tif", crs), frame, bounds, "terrain.url")
    ground = RasterGround(raster, frame, bounds)
    xy = np.random.default_rng(0).uniform(-300, 300, (2000, 2))
    assert np.abs(ground.heights_m(xy) - hill_m(*xy.T)).max() < 0.25
    assert raster.heights_m.size < 1200 * 1200, "only a window was read"


@pytest.mark.parametrize("pattern", ["grid", "crosshatch", "splat", "multi_orbit", "spiral"])
def test_the_hill_is_cleared_on_every_leg(pattern: str, tmp_path: Path) -> None:
    plan = over(
        write_dem(tmp_path / "d.tif", "EPSG:32632"),
        pattern=pattern,
        takeoff=[7.997, 50.001],
        min_clearance_m=30,
    )
    invariants.check(plan)
    photos = np.concatenate([s.photos.agl_m for s in plan.sorties])
    assert photos.min() >= 30


def test_lines_follow_the_ground(tmp_path: Path) -> None:
    plan = over(write_dem(tmp_path / "d.tif", "EPSG:32632"), agl_m=60)
    agl = np.concatenate([s.photos.agl_m for s in plan.sorties])
    assert np.abs(agl - 60).max() <= 0.03 * 60 + 1
    z = np.concatenate([s.photos.z_m for s in plan.sorties])
    assert np.ptp(z) > 40


def test_overlap_is_held_over_the_highest_ground(tmp_path: Path) -> None:
    flat = planned(agl_m=60)
    hilly = over(write_dem(tmp_path / "d.tif", "EPSG:32632"), agl_m=60)
    assert hilly.brief.relief_m > 5
    assert hilly.strips[0].spacing_m < flat.strips[0].spacing_m


def test_a_ridge_between_the_lines_is_seen(tmp_path: Path) -> None:
    """The earlier system sampled no ground on legs of 100 m and flew 13 m into a ridge."""

    def ridge(east: Any, north: Any) -> Any:
        return 100 + 90.0 * (np.abs(east - 31) < 6) + 0 * north

    path = write_dem(tmp_path / "d.tif", "EPSG:32632", heights=ridge)
    plan = over(path, agl_m=60, heading_deg=90, takeoff=[7.997, 50.0])
    invariants.check(plan)
    assert min(s.min_clearance_m for s in plan.sorties) >= 20


@pytest.mark.parametrize("where", ["area", "take-off"])
def test_unknown_ground_is_an_error_never_zero(where: str, tmp_path: Path) -> None:
    hole = (0, 0) if where == "area" else (-170, -20)
    path = write_dem(tmp_path / "d.tif", "EPSG:32632", hole=hole)
    takeoff = LocalFrame(*HERE).to_lon_lat([(-170, -20)])[0].tolist()
    with pytest.raises(FieldProblem, match="no data") as caught:
        over(path, takeoff=takeoff)
    assert caught.value.field == "terrain.url"


def test_ground_outside_the_raster_is_an_error(tmp_path: Path) -> None:
    path = write_dem(tmp_path / "d.tif", "EPSG:32632", size=100)
    with pytest.raises(FieldProblem, match="outside the raster"):
        over(path)
    with pytest.raises(FieldProblem, match="outside the elevation model"):
        over(path, area=square(300, (8.2, 50.0)))


def test_a_dem_without_crs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FieldProblem, match="no CRS") as caught:
        over(write_dem(tmp_path / "d.tif", None))
    assert "gdal_edit" in caught.value.remedy


def test_what_is_no_geotiff_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.tif"
    path.write_bytes(b"heights")
    with pytest.raises(FieldProblem, match="cannot be read"):
        over(path)


def test_scale_and_offset_are_applied(tmp_path: Path) -> None:
    path = write_dem(tmp_path / "d.tif", "EPSG:32632", heights=lambda e, n: 0 * e + 500)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (7.0,)
    assert over(path).sky.home_ground_m == pytest.approx(57, abs=0.01)


def test_a_large_model_is_read_coarser_and_never_lower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_dem(tmp_path / "d.tif", "EPSG:32632")
    fine = over(path)
    monkeypatch.setattr(dem, "MAX_CELLS", 20_000)
    coarse = over(path)
    xy = np.random.default_rng(0).uniform(-140, 140, (500, 2))
    assert (coarse.ground.heights_m(xy) >= fine.ground.heights_m(xy) - 3).all()
    invariants.check(coarse)


def test_a_dem_across_the_antimeridian(tmp_path: Path) -> None:
    place = (180.0, -17.0)
    path = tmp_path / "d.tif"
    transform = from_bounds(179.98, -17.02, 180.02, -16.98, 400, 400)
    heights = np.tile(np.linspace(0, 40, 400, dtype=np.float32), (400, 1))
    with rasterio.open(
        path, "w", driver="GTiff", width=400, height=400, count=1, dtype="float32",
        crs="EPSG:4326", transform=transform,
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    plan = over(path, area=square(400, place))
    invariants.check(plan)
    xy = np.array([(-100.0, 0.0), (100.0, 0.0)])
    assert np.diff(plan.ground.heights_m(xy))[0] == pytest.approx(1.88, abs=0.1)


def test_climbing_costs_time(tmp_path: Path) -> None:
    def cliff(east: Any, north: Any) -> Any:
        return 100.0 * (east > 0) + 0 * north

    flat = planned(agl_m=60, heading_deg=90)
    steep = over(
        write_dem(tmp_path / "d.tif", "EPSG:32632", heights=cliff),
        agl_m=60,
        heading_deg=90,
        max_agl_m=300,
    )
    assert sum(s.time_s for s in steep.sorties) > 1.3 * sum(s.time_s for s in flat.sorties)
    invariants.check(steep)
