"""The height of the ground, from whatever source: unknown ground is an error, never zero."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import GridTerrain
from spaceport_dronepath.geometry.areas import unwrap
from spaceport_dronepath.geometry.frame import LocalFrame

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
LATTICE = 33
DEGREE_M = 111_320.0
BLOCK = 16
BOUND_POINTS = 5


class Ground(Protocol):
    """Heights of the ground in metres, above whatever the source counts from."""

    @property
    def step_m(self) -> float:
        """How far apart samples may lie without missing what the source knows."""

    @property
    def is_flat(self) -> bool:
        """The same height everywhere."""

    def heights_m(self, xy: Floats) -> Floats:
        """Heights (n,) at places (n, 2). Raises FieldProblem where the source knows none."""

    def known_heights_m(self, xy: Floats) -> Floats:
        """As `heights_m`, but the nearest known height instead of an error: for pictures only."""

    def highest_m(self, bounds: Bounds) -> float:
        """No ground inside these bounds is higher."""


class FlatGround:
    """Level ground at height zero."""

    step_m = 10.0
    is_flat = True

    def heights_m(self, xy: Floats) -> Floats:
        """Zero everywhere."""
        return np.zeros(len(xy))

    def known_heights_m(self, xy: Floats) -> Floats:
        """Zero everywhere."""
        return np.zeros(len(xy))

    def highest_m(self, _bounds: Bounds) -> float:
        """Zero."""
        return 0.0


@dataclass(frozen=True)
class Raster:
    """Heights (rows, columns), NaN where unknown, each at the middle of its cell.

    `cells_of` maps degrees (n, 2) to column and row, fractional, (0, 0) the first cell's middle.
    """

    heights_m: NDArray[np.float32]
    cells_of: Callable[[Floats], Floats]
    field: str
    cell_m: float


class RasterGround:
    """A raster seen from the local frame, bilinear between its cells.

    The way from metres to cells is computed on a lattice and interpolated: over the width of a
    flight it is smooth, and projecting every sample would cost more than all the rest.
    """

    is_flat = False

    def __init__(self, raster: Raster, frame: LocalFrame, bounds: Bounds) -> None:
        self._raster = raster
        self._frame = frame
        x0, y0, x1, y1 = bounds
        self._origin = np.array([x0, y0])
        self._cell = np.maximum(np.array([x1 - x0, y1 - y0]), 1.0) / (LATTICE - 1)
        across, up = np.meshgrid(np.arange(LATTICE), np.arange(LATTICE))
        places = np.column_stack((across.ravel(), up.ravel())) * self._cell + self._origin
        rows, columns = raster.heights_m.shape
        wide = np.pad(raster.heights_m, ((0, int(rows < 2)), (0, int(columns < 2))), "edge")
        self._flat, self._columns = wide.ravel(), wide.shape[1]
        self._blocks = _block_maxima(raster.heights_m)
        self._lattice = np.ascontiguousarray(raster.cells_of(frame.to_lon_lat(places)).T)

    @property
    def step_m(self) -> float:
        """A sixth of a cell, so that hardly a crease lies between two samples; 1 to 5 m."""
        return float(np.clip(self._raster.cell_m / 6, 1.0, 5.0))

    def cells(self, xy: Floats) -> Floats:
        """Column and row (n, 2) of places (n, 2)."""
        column, row = self._cells(xy)
        return np.column_stack((column, row))

    def _cells(self, xy: Floats) -> tuple[Floats, Floats]:
        u = (xy[:, 0] - self._origin[0]) / self._cell[0]
        v = (xy[:, 1] - self._origin[1]) / self._cell[1]
        i = np.clip(u, 0, LATTICE - 2).astype(np.intp)
        j = np.clip(v, 0, LATTICE - 2).astype(np.intp)
        u -= i
        v -= j
        at = j * LATTICE + i
        column, row = (_between(along, at, LATTICE, u, v) for along in self._lattice)
        return column, row

    def heights_m(self, xy: Floats) -> Floats:
        """Bilinear heights; raises FieldProblem outside the raster and next to unknown cells."""
        rows, columns = self._raster.heights_m.shape
        column, row = self._cells(xy)
        self._refuse(~((column >= -0.5) & (column <= columns - 0.5)), xy, "outside the raster")
        self._refuse(~((row >= -0.5) & (row <= rows - 0.5)), xy, "outside the raster")
        heights = self._bilinear(column, row)
        self._refuse(np.isnan(heights), xy, "where the elevation model has no data")
        return heights

    def known_heights_m(self, xy: Floats) -> Floats:
        """Beyond the edge the edge's height; where nothing is known the middle height of all."""
        heights = self._bilinear(*self._cells(xy))
        unknown = np.isnan(heights)
        if unknown.any():
            heights[unknown] = float(np.nanmedian(self._raster.heights_m))
        return heights

    def _bilinear(self, column: Floats, row: Floats) -> Floats:
        rows, columns = self._raster.heights_m.shape
        column, row = column.clip(0, columns - 1), row.clip(0, rows - 1)
        i = np.minimum(column.astype(np.intp), max(columns - 2, 0))
        j = np.minimum(row.astype(np.intp), max(rows - 2, 0))
        return _between(self._flat, j * self._columns + i, self._columns, column - i, row - j)

    def _refuse(self, bad: NDArray[np.bool_], xy: Floats, why: str) -> None:
        if not bad.any():
            return
        lon, lat = self._frame.to_lon_lat(xy[bad][:1])[0]
        raise FieldProblem(
            self._raster.field,
            f"The flight passes {lon:.5f}, {lat:.5f}, {why}.",
            "Give an elevation model that covers the area, the take-off and the way between.",
        )

    def highest_m(self, bounds: Bounds) -> float:
        """The highest known cell in the bounds, up to a block further on every side."""
        x, y = np.meshgrid(
            np.linspace(bounds[0], bounds[2], BOUND_POINTS),
            np.linspace(bounds[1], bounds[3], BOUND_POINTS),
        )
        cells = self.cells(np.column_stack((x.ravel(), y.ravel())))
        rows, columns = self._blocks.shape
        most = (columns - 1, rows - 1)
        i0, j0 = np.clip((np.floor(cells.min(axis=0)) - 1) // BLOCK, 0, most).astype(int)
        i1, j1 = np.clip((np.ceil(cells.max(axis=0)) + 1) // BLOCK, 0, most).astype(int)
        highest = float(self._blocks[j0 : j1 + 1, i0 : i1 + 1].max())
        return highest if np.isfinite(highest) else float(self._blocks.max())


def _between(
    values: Floats | NDArray[np.float32],
    at: NDArray[np.intp],
    columns: int,
    u: Floats,
    v: Floats,
) -> Floats:
    """Bilinear between the values (flat, so many columns) at `at` and its three neighbours."""
    low = values.take(at) * (1 - u) + values.take(at + 1) * u
    high = values.take(at + columns) * (1 - u) + values.take(at + columns + 1) * u
    found: Floats = low * (1 - v) + high * v
    return found


def _block_maxima(heights_m: NDArray[np.float32]) -> NDArray[np.float32]:
    """The highest known cell of every block of 16 x 16."""
    rows, columns = heights_m.shape
    padding = ((0, -rows % BLOCK), (0, -columns % BLOCK))
    known = np.where(np.isnan(heights_m), np.float32(-np.inf), heights_m)
    padded = np.pad(known, padding, constant_values=-np.inf)
    blocks = padded.reshape(padded.shape[0] // BLOCK, BLOCK, padded.shape[1] // BLOCK, BLOCK)
    result: NDArray[np.float32] = blocks.max(axis=(1, 3))
    return result


def grid_raster(terrain: GridTerrain, field: str) -> Raster:
    """The elevation grid of a request.

    Raises FieldProblem for ragged rows, too few heights and edges in the wrong order.
    """
    lengths = {len(row) for row in terrain.heights_m}
    if len(lengths) != 1 or len(terrain.heights_m) < 2 or lengths.pop() < 2:
        raise FieldProblem(
            f"{field}.heights_m",
            "It is no grid of at least 2 x 2 heights.",
            "Give rows of equal length, from north to south.",
        )
    if terrain.north <= terrain.south or terrain.west == terrain.east:
        raise FieldProblem(
            field, "Its edges are in the wrong order.", "North is above south, east beyond west."
        )
    heights = np.array(
        [[np.nan if h is None else h for h in row] for row in terrain.heights_m], np.float32
    )
    known = heights[~np.isnan(heights)]
    if known.size and not (known.min() > -1000 and known.max() < 9500):
        raise FieldProblem(
            f"{field}.heights_m",
            f"{float(known.min()):g} to {float(known.max()):g} m is no ground on Earth.",
            "Give metres above sea level, and null where the height is not known.",
        )
    rows, columns = heights.shape
    width = (terrain.east - terrain.west) % 360 or 360.0
    height = terrain.north - terrain.south

    def cells_of(lon_lat: Floats) -> Floats:
        east = unwrap(lon_lat[:, 0], terrain.west + width / 2) - terrain.west
        south = terrain.north - lon_lat[:, 1]
        return np.column_stack((east / width * (columns - 1), south / height * (rows - 1)))

    middle = math.radians((terrain.north + terrain.south) / 2)
    high_m = DEGREE_M * height / (rows - 1)
    cell_m = min(high_m, DEGREE_M * math.cos(middle) * width / (columns - 1))
    return Raster(heights, cells_of, field, cell_m)
