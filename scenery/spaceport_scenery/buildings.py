"""Houses, a church, a farm, cars, fences and the bridge, as solids, and the pads they stand on."""

import math
from dataclasses import dataclass, field

import numpy as np

from spaceport_scenery.ground import BED, GRAVEL, PAVING, TERRACE
from spaceport_scenery.noise import Colour, srgb
from spaceport_scenery.primitives import (
    GLASS,
    PAINT,
    ROOF,
    SHEET,
    SOLAR,
    STONE,
    WALL,
    WOOD,
    Row,
    box,
    frustum,
    prism,
)
from spaceport_scenery.terrain import height

ROOFS = tuple(map(srgb, (0xB5603F, 0xA04B35, 0x8E5A48, 0x6D5750, 0x6B6F78, 0xC07A4E)))
WALLS = tuple(map(srgb, (0xEDE3CF, 0xE6D2A8, 0xD9C7B0, 0xF0ECE4, 0xD8B496, 0xC9CFC8)))
CARS = tuple(map(srgb, (0xB9302B, 0x2D5B9A, 0xE4E6E8, 0x3A3E44, 0xD9A62E, 0x77858F)))
TIMBER, BARN, ZINC, TYRE = map(srgb, (0x8A6B4A, 0x7A3B2E, 0xA9B0B5, 0x2B2B2D))


@dataclass
class Village:
    """The solids and pads so far, and the footprints that nothing else may stand on."""

    seed: int
    rows: list[Row] = field(default_factory=list)
    pads: list[tuple[float, ...]] = field(default_factory=list)
    footprints: list[tuple[float, float, float]] = field(default_factory=list)
    homes: list[tuple[float, float, float]] = field(default_factory=list)

    def ground_m(self, x: float, y: float) -> float:
        """Height of the ground."""
        return float(height(x, y, self.seed))

    def is_free(self, x: float, y: float, radius_m: float) -> bool:
        """No footprint within `radius_m`."""
        return all(math.hypot(x - u, y - v) > r + radius_m for u, v, r in self.footprints)

    def add_pad(
        self, x: float, y: float, yaw_rad: float, half: tuple[float, float], kind: int
    ) -> None:
        """Lay a pad on the ground."""
        self.pads.append((x, y, math.cos(yaw_rad), math.sin(yaw_rad), *half, float(kind)))


def turned(yaw_rad: float, u: float, v: float) -> tuple[float, float]:
    """Offset in the world of u along and v across a heading."""
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    return u * cos - v * sin, u * sin + v * cos


def _gable_roof(
    village: Village,
    base: tuple[float, float, float],
    yaw_rad: float,
    half: tuple[float, float],
    slope: tuple[float, float],
    *,
    material: int,
    colour: Colour,
    seed: int,
) -> None:
    """Two slabs that overhang the walls; `slope` is (ridge height, fall per metre)."""
    top, fall = slope
    overhang, thick = 0.55, 0.09
    length = math.hypot(1.0, fall) * (half[1] + overhang)
    tilt = math.atan(fall)
    for side in (-1.0, 1.0):
        v = side * (half[1] + overhang) / 2
        dx, dy = turned(yaw_rad, 0.0, v)
        z = base[2] + top - fall * abs(v) + thick / math.cos(tilt)
        slab = (half[0] + overhang, length / 2, thick)
        turn = yaw_rad + (math.pi if side > 0 else 0.0)
        centre = (base[0] + dx, base[1] + dy, z)
        # No tile is twice on one roof: nobody could tell its sides apart.
        village.rows.append(box(material, centre, slab, turn, colour, tilt, seed + (side > 0)))


def house(
    village: Village,
    rng: np.random.Generator,
    x: float,
    y: float,
    *,
    yaw_rad: float,
    half: tuple[float, float],
    storeys: int,
) -> None:
    """A plastered house with a tiled gable roof, chimney, paved rim and maybe solar panels.

    Its front (door, terrace) looks along -v of its own axes.
    """
    seed = int(rng.integers(1, 1 << 20))
    z = min(village.ground_m(x + dx, y + dy) for dx, dy in ((0, 0), (3, 3), (-3, 3), (3, -3))) - 0.1
    fall = float(rng.uniform(0.62, 0.95))
    top = 0.75 + 2.7 * storeys + fall * half[1]
    roof, wall = ROOFS[rng.integers(len(ROOFS))], WALLS[rng.integers(len(WALLS))]
    base = (x, y, z)
    village.rows.append(prism(WALL, base, half, yaw_rad, wall, (99.0, 0.0), (top, fall), seed))
    village.rows[-1][2:6] = x, y, z + top / 2, math.hypot(half[0], half[1], top / 2)
    _gable_roof(village, base, yaw_rad, half, (top, fall), material=ROOF, colour=roof, seed=seed)
    dx, dy = turned(yaw_rad, half[0] * 0.45, half[1] * 0.3)
    chimney = (x + dx, y + dy, z + top - 0.1)
    village.rows.append(box(STONE, chimney, (0.35, 0.35, 1.0), yaw_rad, srgb(0xA0705A), seed=seed))
    if rng.random() < 0.5:
        _solar(village, base, yaw_rad, half, (top, fall))
    village.footprints.append((x, y, math.hypot(*half) + 0.6))
    village.homes.append((x, y, math.hypot(*half)))
    village.add_pad(x, y, yaw_rad, (half[0] + 1.1, half[1] + 1.1), PAVING)
    dx, dy = turned(yaw_rad, 0.0, half[1] + 3.0)
    village.add_pad(x + dx, y + dy, yaw_rad, (half[0] * 0.6, 2.4), TERRACE)
    for side in (-1, 1):
        dx, dy = turned(yaw_rad, side * half[0] * 0.55, -half[1] - 1.7)
        village.add_pad(x + dx, y + dy, yaw_rad, (half[0] * 0.35, 0.6), BED)


def _solar(
    village: Village,
    base: tuple[float, float, float],
    yaw_rad: float,
    half: tuple[float, float],
    slope: tuple[float, float],
) -> None:
    """Panels on the southern slope."""
    top, fall = slope
    side = -1.0 if math.cos(yaw_rad) > 0 else 1.0
    v = side * half[1] * 0.5
    dx, dy = turned(yaw_rad, -half[0] * 0.2, v)
    centre = (base[0] + dx, base[1] + dy, base[2] + top - fall * abs(v) + 0.32)
    turn = yaw_rad + (math.pi if side > 0 else 0.0)
    slab = (min(2.5, half[0] * 0.55), min(1.5, half[1] * 0.45), 0.05)
    village.rows.append(box(SOLAR, centre, slab, turn, srgb(0x17233F), math.atan(fall)))


def church(village: Village, x: float, y: float, yaw_rad: float) -> None:
    """A white nave with a tower and a pointed roof, in a gravelled yard."""
    z = village.ground_m(x, y) - 0.2
    white, slate = srgb(0xF1EDE3), srgb(0x5E6672)
    nave = prism(WALL, (x, y, z), (8.0, 4.0), yaw_rad, white, (99.0, 0.0), (9.2, 0.95), 77, 4.6)
    nave[2:6] = x, y, z + 4.6, 10.5
    village.rows.append(nave)
    _gable_roof(
        village,
        (x, y, z),
        yaw_rad,
        (8.0, 4.0),
        (9.2, 0.95),
        material=ROOF,
        colour=srgb(0x9B4F3A),
        seed=78,
    )
    dx, dy = turned(yaw_rad, -9.6, 0.0)
    tower = (x + dx, y + dy, z + 6.5)
    village.rows.append(
        prism(WALL, (*tower[:2], z), (2.1, 2.1), yaw_rad, white, (13.0, 0.0), (13.0, 0.0), 79, 4.1)
    )
    spire = prism(
        ROOF, (*tower[:2], z + 13.0), (2.5, 2.5), yaw_rad, slate, (5.6, 2.24), (5.6, 2.24), 80
    )
    village.rows.append(spire)
    village.footprints += [(x, y, 9.5), (*tower[:2], 4.0)]
    village.homes.append((x, y, 6.0))
    village.add_pad(x + dx / 3, y + dy / 3, yaw_rad, (13.5, 7.0), GRAVEL)
    village.add_pad(x, y, yaw_rad, (9.2, 5.2), TERRACE)


def farm(village: Village, x: float, y: float, yaw_rad: float) -> None:
    """A red barn with a metal roof, a lean-to and two silos."""
    z = village.ground_m(x, y) - 0.2
    body = prism(WOOD, (x, y, z), (9.0, 5.0), yaw_rad, BARN, (99.0, 0.0), (7.6, 0.62), 81, 0.0)
    body[2:6] = x, y, z + 3.8, 11.2
    village.rows.append(body)
    _gable_roof(
        village, (x, y, z), yaw_rad, (9.0, 5.0), (7.6, 0.62), material=SHEET, colour=ZINC, seed=82
    )
    for u in (-3.0, 1.8):
        dx, dy = turned(yaw_rad, u, 8.2)
        village.rows.append(frustum(STONE, (x + dx, y + dy, z), 8.5, 1.8, 1.8, srgb(0xC9C4B8)))
        village.rows.append(frustum(SHEET, (x + dx, y + dy, z + 8.5), 1.2, 2.0, 0.2, ZINC))
    village.add_pad(x, y, yaw_rad, (13.0, 10.5), GRAVEL)
    village.footprints.append((x, y, 12.0))


def car(village: Village, x: float, y: float, yaw_rad: float, colour: Colour) -> None:
    """A small car, about 4.2 m long."""
    z = village.ground_m(x, y)
    parts = (
        (PAINT, (0.0, 0.62), (2.1, 0.86, 0.32), colour),
        (GLASS, (-0.2, 1.12), (1.15, 0.74, 0.24), srgb(0x202830)),
        (PAINT, (-0.25, 1.39), (0.95, 0.7, 0.05), colour),
        (PAINT, (1.3, 0.3), (0.33, 0.9, 0.3), TYRE),
        (PAINT, (-1.3, 0.3), (0.33, 0.9, 0.3), TYRE),
    )
    for material, (u, up), half, paint in parts:
        dx, dy = turned(yaw_rad, u, 0.0)
        village.rows.append(box(material, (x + dx, y + dy, z + up), half, yaw_rad, paint, seed=3))
    village.footprints.append((x, y, 2.0))
