"""The drawings of plan.html, as SVG."""

from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.views import CoverageMap
from spaceport_dronepath.sorties.flight import Sortie

Floats = NDArray[np.float64]
COLOURS = (
    "#0b5cad", "#b3410a", "#5b3aa8", "#0f766e", "#a3195b", "#4d6b00", "#7a4a00", "#334155",
)  # fmt: skip
WIDTH = 1000.0
MOST_PHOTOS_DRAWN = 4000
PROFILE_POINTS = 1500
PROFILE_HEIGHT = 190.0


class _Sheet:
    """Metres -> drawing units, north up."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        x0, y0, x1, y1 = bounds
        margin = 0.04 * max(x1 - x0, y1 - y0, 10.0)
        self.x0, self.y1 = x0 - margin, y1 + margin
        self.scale = WIDTH / (x1 - x0 + 2 * margin)
        self.height = (y1 - y0 + 2 * margin) * self.scale

    def at(self, xy: Floats) -> Floats:
        """Drawing units (n, 2)."""
        return np.column_stack(
            ((xy[:, 0] - self.x0) * self.scale, (self.y1 - xy[:, 1]) * self.scale)
        )

    def points(self, xy: Floats) -> str:
        """For an attribute `points`."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.at(np.asarray(xy)))

    def path(self, shape: BaseGeometry) -> str:
        """For an attribute `d`."""
        return " ".join(
            f"M{self.points(np.asarray(ring.coords))}Z"
            for polygon in polygons_of(shape)
            for ring in (polygon.exterior, *polygon.interiors)
        )


def map_svg(plan: Plan, seen: CoverageMap, png_base64: str) -> str:
    """The area with its coverage, the no-fly zones, every sortie in its colour, the photos."""
    flown = shapely.MultiPoint(np.concatenate([s.waypoints.xy for s in plan.sorties]))
    sheet = _Sheet(shapely.union_all([plan.place.area.envelope, flown.envelope]).bounds)
    lines = [
        f'<svg viewBox="0 0 {WIDTH:.0f} {sheet.height:.0f}" role=img '
        'xmlns="http://www.w3.org/2000/svg" aria-label="Map of the plan">',
        _picture(sheet, seen, png_base64),
        f'<path d="{sheet.path(plan.place.area)}" fill="none" stroke="#1b2430" stroke-width="2" '
        'fill-rule="evenodd"/>',
        f'<path d="{sheet.path(_near(plan))}" fill="#c81e2d" fill-opacity=".35" stroke="#c81e2d"/>',
        *_sorties(plan, sheet),
        *_photos(plan, sheet),
        _home(plan, sheet),
        _scale_bar(sheet),
        "</svg>",
    ]
    return "\n".join(lines)


def _near(plan: Plan) -> BaseGeometry:
    return plan.place.blocked.intersection(shapely.box(*plan.place.bounds))


def _picture(sheet: _Sheet, seen: CoverageMap, png_base64: str) -> str:
    rows, columns = seen.views.shape
    corner = np.array([[seen.x0_m, seen.y0_m + rows * seen.cell_m]])
    x, y = sheet.at(corner)[0]
    width, height = columns * seen.cell_m * sheet.scale, rows * seen.cell_m * sheet.scale
    return (
        f'<image x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" opacity=".45" '
        'preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{png_base64}"/>'
    )


def _sorties(plan: Plan, sheet: _Sheet) -> Iterator[str]:
    for n, sortie in enumerate(plan.sorties):
        yield (
            f'<polyline points="{sheet.points(sortie.waypoints.xy)}" fill="none" '
            f'stroke="{COLOURS[n % len(COLOURS)]}" stroke-width="1.8" stroke-linejoin="round"/>'
        )


def _photos(plan: Plan, sheet: _Sheet) -> Iterator[str]:
    total = sum(len(sortie.photos) for sortie in plan.sorties)
    step = max(1, -(-total // MOST_PHOTOS_DRAWN))
    for n, sortie in enumerate(plan.sorties):
        places = sheet.at(sortie.photos.xy[::step])
        dots = "".join(f"M{x:.1f},{y:.1f}h0" for x, y in places)
        colour = COLOURS[n % len(COLOURS)]
        yield f'<path d="{dots}" stroke="{colour}" stroke-width="4" stroke-linecap="round"/>'


def _home(plan: Plan, sheet: _Sheet) -> str:
    x, y = sheet.at(plan.sky.home[None])[0]
    return (
        f'<g transform="translate({x:.1f},{y:.1f})"><circle r="9" fill="#fff" stroke="#1b2430" '
        'stroke-width="2.5"/><text y="5" text-anchor="middle" font-size="13" '
        'font-weight="700">H</text></g>'
    )


def _scale_bar(sheet: _Sheet) -> str:
    wanted = 0.2 * WIDTH / sheet.scale
    power = 10.0 ** np.floor(np.log10(wanted))
    length_m = float(power * max(n for n in (1, 2, 5) if n * power <= wanted))
    width, y = length_m * sheet.scale, sheet.height - 16
    return (
        f'<path d="M16,{y:.0f}h{width:.1f}m0,-5v10M16,{y - 5:.0f}v10" stroke="#1b2430" fill="none" '
        f'stroke-width="2"/><text x="{16 + width / 2:.0f}" y="{y - 6:.0f}" font-size="14" '
        f'text-anchor="middle">{length_m:g} m</text>'
    )


def profile_svg(plan: Plan) -> str:
    """For each of the first sorties: the drone's height and the ground along the way."""
    shown = plan.sorties[:8]
    total = PROFILE_HEIGHT * len(shown)
    body = "".join(_profile(sortie, n) for n, sortie in enumerate(shown))
    return (
        f'<svg viewBox="0 0 {WIDTH:.0f} {total:.0f}" role=img xmlns="http://www.w3.org/2000/svg" '
        f'aria-label="Heights">{body}</svg>'
    )


def _profile(sortie: Sortie, n: int) -> str:
    shape = sortie.profile
    step = max(1, len(shape.s_m) // PROFILE_POINTS)
    keep = np.union1d(np.arange(0, len(shape.s_m), step), shape.vertex)
    s, z, ground = shape.s_m[keep], shape.z_m[keep], shape.ground_m[keep]
    low, high = float(min(ground.min(), 0)), float(max(z.max(), 1))
    left, top, inner = 60.0, n * PROFILE_HEIGHT + 22, PROFILE_HEIGHT - 44
    x = left + s / max(float(s[-1]), 1e-9) * (WIDTH - left - 12)

    def up(heights: Floats) -> Floats:
        return top + inner - (heights - low) / (high - low) * inner

    colour = COLOURS[n % len(COLOURS)]
    floor = [(x[0], top + inner), *zip(x, up(ground), strict=True), (x[-1], top + inner)]
    return (
        f'<polygon points="{_joined(floor)}" fill="#cbb994"/>'
        f'<polyline points="{_joined(zip(x, up(z), strict=True))}" fill="none" stroke="{colour}" '
        f'stroke-width="1.8"/><text x="{left}" y="{top - 7:.0f}" font-size="14" fill="{colour}">'
        f"Sortie {n + 1}: {s[-1] / 1000:.2f} km, at least {sortie.min_clearance_m:.0f} m above "
        f'the ground</text><text x="{left - 6}" y="{up(np.array([high]))[0] + 5:.0f}" '
        f'text-anchor="end" font-size="12">{high:.0f} m</text><text x="{left - 6}" '
        f'y="{up(np.array([low]))[0]:.0f}" text-anchor="end" font-size="12">{low:.0f} m</text>'
    )


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
