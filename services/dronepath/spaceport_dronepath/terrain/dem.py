"""A window of a GeoTIFF elevation model, in whatever CRS it has."""

import math
from pathlib import Path
from typing import BinaryIO

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.terrain.ground import DEGREE_M, Bounds, Raster

Floats = NDArray[np.float64]
Heights = NDArray[np.float32]
MAX_CELLS = 16_000_000
MARGIN_CELLS = 3
EDGE_POINTS = 9
STRIP_ROWS = 256
LOWEST_M, HIGHEST_M = -1000.0, 9500.0  # no ground on Earth lies beyond


def read_dem(source: Path | BinaryIO, frame: LocalFrame, bounds: Bounds, field: str) -> Raster:
    """The part of an elevation model below the bounds (metres in the frame).

    A window of more than 16 million cells is read coarser, each cell then the highest of those it
    stands for. Raises FieldProblem when it is no elevation model, has no CRS, or lies elsewhere.
    """
    try:
        with rasterio.open(source) as dataset:
            return _read(dataset, frame, bounds, field)
    except RasterioError as error:
        raise FieldProblem(
            field, "It cannot be read as a GeoTIFF.", "Give a GeoTIFF with one band of heights."
        ) from error


def _read(dataset: DatasetReader, frame: LocalFrame, bounds: Bounds, field: str) -> Raster:
    if dataset.crs is None:
        raise FieldProblem(
            field,
            "The elevation model does not say in which coordinate system it is (no CRS).",
            "Assign one, such as with gdal_edit.py -a_srs EPSG:32632.",
        )
    to_dem = Transformer.from_crs(4326, CRS.from_wkt(dataset.crs.to_wkt()), always_xy=True)
    inverse = ~dataset.transform
    turn = _turn_of(dataset)

    def pixels_of(lon_lat: Floats) -> Floats:
        x, y = to_dem.transform(lon_lat[:, 0], lon_lat[:, 1])
        x = _near(np.asarray(x), dataset, turn)
        columns = inverse.a * x + inverse.b * np.asarray(y) + inverse.c
        rows = inverse.d * x + inverse.e * np.asarray(y) + inverse.f
        return np.column_stack((columns, rows))

    window, step = _window(dataset, pixels_of(frame.to_lon_lat(_edge(bounds))), field)
    heights = _heights(dataset, window, step)
    offset = np.array([window.col_off, window.row_off])
    cell_m = _cell_m(dataset, frame) * step
    return Raster(heights, lambda at: (pixels_of(at) - offset) / step - 0.5, field, cell_m)


def _turn_of(dataset: DatasetReader) -> float:
    """360 where the raster's x is a longitude in degrees, else 0."""
    return 360.0 if dataset.crs.is_geographic else 0.0


def _near(x: Floats, dataset: DatasetReader, turn: float) -> Floats:
    """Longitudes on the raster's own side of the antimeridian."""
    if not turn:
        return x
    middle = (dataset.bounds.left + dataset.bounds.right) / 2
    found: Floats = middle + (x - middle + turn / 2) % turn - turn / 2
    return found


def _edge(bounds: Bounds) -> Floats:
    x0, y0, x1, y1 = bounds
    x, y = np.meshgrid(np.linspace(x0, x1, EDGE_POINTS), np.linspace(y0, y1, EDGE_POINTS))
    return np.column_stack((x.ravel(), y.ravel()))


def _window(dataset: DatasetReader, pixels: Floats, field: str) -> tuple[Window, int]:
    if not np.isfinite(pixels).all():
        raise FieldProblem(field, "The area lies outside its coordinate system.", _ELSEWHERE)
    low = np.floor(pixels.min(axis=0)).astype(int) - MARGIN_CELLS
    high = np.ceil(pixels.max(axis=0)).astype(int) + MARGIN_CELLS
    size = np.array([dataset.width, dataset.height])
    low, high = low.clip(0, size), high.clip(0, size)
    if (high <= low).any():
        raise FieldProblem(field, "The area lies outside the elevation model.", _ELSEWHERE)
    width, height = (int(n) for n in high - low)
    step = math.ceil(math.sqrt(width * height / MAX_CELLS))
    return Window(int(low[0]), int(low[1]), width, height), step


_ELSEWHERE = "Give one that covers the area; if it should, look whether lon and lat are swapped."


def _heights(dataset: DatasetReader, window: Window, step: int) -> Heights:
    """Heights in metres, NaN where the file says nodata or where no ground can be so.

    With a step above 1 each cell is the highest of step x step, unknown when one of them is;
    strip by strip, so that a fine model of a large area never lies in memory whole.
    """
    strips = []
    for row in range(0, window.height, step * STRIP_ROWS):
        rows = min(step * STRIP_ROWS, window.height - row)
        part = Window(window.col_off, window.row_off + row, window.width, rows)
        strips.append(_highest(_metres(dataset, part), step))
    return np.concatenate(strips)


def _metres(dataset: DatasetReader, window: Window) -> Heights:
    band = dataset.read(1, window=window, masked=True)
    scale, offset = dataset.scales[0] or 1.0, dataset.offsets[0] or 0.0
    heights = np.ma.filled(band.astype(np.float32), np.nan) * np.float32(scale) + np.float32(offset)
    heights[~((heights > LOWEST_M) & (heights < HIGHEST_M))] = np.nan
    return np.asarray(heights, np.float32)


def _highest(heights: Heights, step: int) -> Heights:
    if step == 1:
        return heights
    rows, columns = heights.shape
    padded = np.pad(heights, ((0, -rows % step), (0, -columns % step)), "edge")
    shape = (padded.shape[0] // step, step, padded.shape[1] // step, step)
    found: Heights = padded.reshape(shape).max(axis=(1, 3))
    return found


def _cell_m(dataset: DatasetReader, frame: LocalFrame) -> float:
    x_size, y_size = (abs(size) for size in dataset.res)
    if not dataset.crs.is_geographic:
        factor = dataset.crs.linear_units_factor[1]
        return float(min(x_size, y_size) * factor)
    east = x_size * math.cos(math.radians(frame.lat_deg))
    return float(min(east, y_size) * DEGREE_M)
